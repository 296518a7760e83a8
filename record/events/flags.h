/* The bits of perf_event_attr's bit field, for tables (ht_attr_flags). A unit test compares them with the
 * compiler's layout of the struct. */
#ifndef HT_RECORD_EVENTS_FLAGS_H
#define HT_RECORD_EVENTS_FLAGS_H

#define HT_FLAG_DISABLED       (1ull << 0)
#define HT_FLAG_INHERIT        (1ull << 1)
#define HT_FLAG_EXCLUDE_KERNEL (1ull << 5)
#define HT_FLAG_EXCLUDE_HV     (1ull << 6)
#define HT_FLAG_EXCLUDE_IDLE   (1ull << 7)
#define HT_FLAG_MMAP           (1ull << 8)
#define HT_FLAG_COMM           (1ull << 9)
#define HT_FLAG_TASK           (1ull << 13)
#define HT_FLAG_WATERMARK      (1ull << 14)
#define HT_FLAG_MMAP_DATA      (1ull << 17)
#define HT_FLAG_SAMPLE_ID_ALL  (1ull << 18)
#define HT_FLAG_MMAP2          (1ull << 23)
#define HT_FLAG_COMM_EXEC      (1ull << 24)
#define HT_FLAG_CONTEXT_SWITCH (1ull << 26)
#define HT_FLAG_KSYMBOL        (1ull << 29)
#define HT_FLAG_BPF_EVENT      (1ull << 30)

#endif
