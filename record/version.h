/* The program's version; the Makefile's -DHT_TOOL_VERSION is where it comes from. */
#ifndef HT_RECORD_VERSION_H
#define HT_RECORD_VERSION_H

#ifndef HT_TOOL_VERSION
#define HT_TOOL_VERSION "unknown"
#endif

#endif
