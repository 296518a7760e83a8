/* Readable names from mangled ones: C++ (Itanium) and Rust (legacy and v0), by libiberty.
 *
 * Names come from files nobody vouches for: input and output are bounded, since a few hundred bytes of
 * substitutions can stand for gigabytes of text. No state; any thread. */
#ifndef HT_ANALYZE_NAMES_DEMANGLE_H
#define HT_ANALYZE_NAMES_DEMANGLE_H

#define HT_MANGLED_MAX   4096 /* bytes; longer names are handed back cut, as they are */
#define HT_DEMANGLED_MAX 4096 /* bytes; longer results are cut and end in "..." */

/* The readable form, or a copy where raw is not mangled or is too long. A suffix from '@' on (@plt,
 * @@GLIBC_2.34) is kept. The caller frees it; NULL only without memory. */
char *ht_demangle(const char *raw);

#endif
