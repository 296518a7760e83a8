#include "analyze/import/perf_kind.h"

#include <string.h>

#include "analyze/import/perf_format.h"
#include "schema/capture.h"

struct kind {
    uint16_t offset;
    uint8_t bytes;
    const char *magic;
    enum ht_status status;
    const char *text; /* behind the name; %s stands for the name again */
};

#define UNPACK(tool)                                                                                         \
    HT_UNSUPPORTED, "is compressed by " tool "; unpack it first: " tool " -dc '%s' >perf.data"

static const struct kind kinds[] = {
    {0, 10, "SIMPLEPERF", HT_UNSUPPORTED,
     "is a report of simpleperf (report-sample --protobuf), no recording; import the perf.data that "
     "simpleperf "
     "record wrote"},
    {0, 8, HT_CAPTURE_MAGIC, HT_UNSUPPORTED, "is a capture already: hitm-analyze report '%s'"},
    {0, 2, "\x1f\x8b", UNPACK("gzip")},
    {0, 6,
     "\xfd"
     "7zXZ",
     UNPACK("xz")},
    {0, 4, "\x28\xb5\x2f\xfd", UNPACK("zstd")},
    {0, 3, "BZh", UNPACK("bzip2")},
    {0, 4, "\x04\x22\x4d\x18", UNPACK("lz4")},
    {0, 4, "PK\3\4", HT_UNSUPPORTED, "is a zip archive; unpack it first: unzip '%s'"},
    {257, 5, "ustar", HT_UNSUPPORTED, "is a tar archive; unpack it first: tar -xf '%s'"},
    {0, 10, "\x17\x08\x44tracing", HT_UNSUPPORTED,
     "was written by trace-cmd; import reads what perf record wrote (perf record -e sched:*)"},
    {0, 15, "SQLite format 3", HT_UNSUPPORTED,
     "is a database; hitm-analyze report and query read those it made"},
    {0, 4,
     "\x7f"
     "ELF",
     HT_FORMAT, "is no perf.data file but an ELF binary (--symfs takes the folder of those)"},
};
#undef UNPACK

static enum ht_status refuse(const char *path, enum ht_status status, const char *text,
                             struct ht_cause *cause) {
    const char *name = strstr(text, "%s");
    if (name == NULL)
        return ht_fail(cause, status, "%s: %s", path, text);
    return ht_fail(cause, status, "%s: %.*s%s%s", path, (int)(name - text), text, path, name + 2);
}

static int is_text(const uint8_t *start, size_t bytes) {
    for (size_t i = 0; i < bytes; i++)
        if (start[i] < 0x20 && start[i] != '\n' && start[i] != '\t' && start[i] != '\r' && start[i] != 0x1b)
            return 0;
    return 1;
}

enum ht_status ht_perf_kind_check(const char *path, const uint8_t *start, size_t bytes,
                                  struct ht_cause *cause) {
    if (bytes == 0)
        return ht_fail(cause, HT_TRUNCATED, "%s: is empty", path);
    size_t magic = bytes < 8 ? bytes : 8;
    if (memcmp(start, HT_PERF_MAGIC, magic) == 0 || memcmp(start, HT_PERF_MAGIC_SWAPPED, magic) == 0 ||
        memcmp(start, HT_PERF_MAGIC_OLD, magic) == 0)
        return bytes >= 16
                   ? HT_OK
                   : ht_fail(cause, HT_TRUNCATED, "%s: cut off at byte %zu, within its header", path, bytes);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if ((size_t)kinds[i].offset + kinds[i].bytes <= bytes &&
            memcmp(start + kinds[i].offset, kinds[i].magic, kinds[i].bytes) == 0)
            return refuse(path, kinds[i].status, kinds[i].text, cause);
    if (is_text(start, bytes) && start[0] == '{')
        return ht_fail(cause, HT_FORMAT, "%s: is JSON text; import reads what perf record wrote (perf.data)",
                       path);
    if (is_text(start, bytes))
        return ht_fail(
            cause, HT_FORMAT,
            "%s: is text, as perf script and perf report print it; import reads what perf record wrote "
            "(perf.data)",
            path);
    return ht_fail(cause, HT_FORMAT, "%s: is no perf.data file (it does not begin with " HT_PERF_MAGIC ")",
                   path);
}
