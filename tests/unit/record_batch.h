/* A batch that writes into a capture of the test's own, its events, and records made by hand: what ht_reader
 * returns is what the records said. After cmocka.h. */
#ifndef HT_TESTS_UNIT_RECORD_BATCH_H
#define HT_TESTS_UNIT_RECORD_BATCH_H

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record/collect/batch.h"
#include "schema/capture_read.h"
#include "schema/capture_write.h"

#define SAMPLE_TYPE                                                                                          \
    (PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_ADDR |       \
     PERF_SAMPLE_CPU)
#define ID_SIDEBAND 100
#define ID_FAULTS   101
#define ID_MIGRATE  102
#define ID_MAJOR    103
#define ID_SWITCH   104
#define ID_CLOCK    105

static const struct ht_source sideband = {.name = "sideband", .chunk = HT_CHUNK_TASK};
static const struct ht_source faults = {
    .name = "page-faults", .kind = HT_EVENT_KIND_PAGE_FAULT, .chunk = HT_CHUNK_CPU_SAMPLE};
static const struct ht_source major = {
    .name = "major-faults", .kind = HT_EVENT_KIND_MAJOR_FAULT, .chunk = HT_CHUNK_CPU_SAMPLE};
static const struct ht_source switches = {
    .name = "context switches", .kind = HT_EVENT_KIND_SWITCH, .chunk = HT_CHUNK_SWITCH};
static const struct ht_source cpu_clock = {
    .name = "cpu-clock", .kind = HT_EVENT_KIND_CPU_CLOCK, .chunk = HT_CHUNK_CPU_SAMPLE};
static const struct ht_source migrate = {.name = "sched:sched_migrate_task", .chunk = HT_CHUNK_TRACEPOINT};

struct fixture {
    struct ht_plan plan;
    struct ht_opened opened;
    struct ht_batch batch;
    struct ht_writer *writer;
    struct ht_encoder *encoder;
    char path[64];
    int32_t processes[8];
    unsigned asked;
    unsigned written[64]; /* tables of each kind */
    enum ht_chunk_kind last;
};

static inline enum ht_status write_table(void *context, struct ht_table *table) {
    struct fixture *f = context;
    enum ht_status status = ht_writer_put(f->writer, f->encoder, table, 1, NULL);
    f->written[table->desc->kind]++;
    f->last = (enum ht_chunk_kind)table->desc->kind;
    ht_table_clear(table);
    return status;
}

static inline void note_process(void *context, int32_t pid) {
    struct fixture *f = context;
    if (f->asked < 8)
        f->processes[f->asked++] = pid;
}

static inline void add_event(struct fixture *f, const struct ht_source *source, uint64_t sample_type,
                             uint64_t id) {
    struct ht_event *event = &f->plan.event[f->plan.events];
    event->number = f->plan.events++;
    event->source = source;
    event->attr.sample_type = sample_type;
    event->attr.sample_period = 1;
    event->open = 1;
    assert_int_equal(ht_events_add(&f->opened, -1, 0, event->number, id), HT_OK);
}

static inline int set_up(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    struct ht_batch_sink sink = {f, write_table, note_process};
    *state = f;
    strcpy(f->path, "/tmp/batch_test.XXXXXX");
    int fd = mkstemp(f->path);
    assert_true(fd >= 0);
    close(fd);
    f->opened.plan = &f->plan;
    add_event(f, &sideband, SAMPLE_TYPE, ID_SIDEBAND);
    add_event(f, &faults, SAMPLE_TYPE, ID_FAULTS);
    add_event(f, &migrate, SAMPLE_TYPE | PERF_SAMPLE_RAW, ID_MIGRATE);
    add_event(f, &major, SAMPLE_TYPE | PERF_SAMPLE_STREAM_ID, ID_MAJOR);
    add_event(f, &switches, SAMPLE_TYPE, ID_SWITCH);
    add_event(f, &cpu_clock, SAMPLE_TYPE | PERF_SAMPLE_CALLCHAIN, ID_CLOCK);
    assert_int_equal(ht_events_index(&f->opened), HT_OK);
    assert_int_equal(ht_writer_open(f->path, 1, 1, &f->writer, NULL), HT_OK);
    f->encoder = ht_encoder_new(1);
    assert_int_equal(ht_batch_init(&f->batch, &f->opened, &sink), HT_OK);
    return 0;
}

static inline int tear_down(void **state) {
    struct fixture *f = *state;
    ht_batch_free(&f->batch);
    ht_writer_abandon(f->writer);
    ht_encoder_free(f->encoder);
    ht_events_close(&f->opened);
    unlink(f->path);
    free(f);
    return 0;
}

struct record {
    struct perf_event_header header;
    uint64_t word[200];
};

static inline void feed(struct fixture *f, uint32_t type, uint16_t misc, const uint64_t *word,
                        unsigned words) {
    struct record r;
    r.header = (struct perf_event_header){type, misc, (uint16_t)(sizeof r.header + words * 8)};
    memcpy(r.word, word, words * 8);
    assert_int_equal(ht_batch_add(&f->batch, &r.header, 0), HT_OK);
}

static inline uint64_t both(uint32_t low, uint32_t high) {
    return (uint64_t)high << 32 | low;
}

/* Ends the file and reads the one chunk of a kind. */
static inline void read_back(struct fixture *f, enum ht_chunk_kind kind, struct ht_table *table) {
    struct ht_reader *reader;
    struct ht_chunk_info info;
    int found = 0;
    if (f->writer != NULL) {
        assert_int_equal(ht_batch_flush(&f->batch), HT_OK);
        assert_int_equal(ht_writer_close(f->writer, NULL), HT_OK);
        f->writer = NULL;
    }
    assert_int_equal(ht_reader_open(f->path, &reader, NULL), HT_OK);
    while (ht_reader_next(reader, &info, NULL) == HT_OK) {
        if (info.kind != kind)
            continue;
        found++;
        assert_int_equal(ht_reader_table(reader, &info, table, NULL), HT_OK);
    }
    ht_reader_close(reader);
    assert_int_equal(found, 1);
}

#endif
