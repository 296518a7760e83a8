#include "record/collect/symbols.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "record/base/privilege.h"
#include "record/collect/dso.h"
#include "record/collect/symbols_kernel.h"
#include "record/host/clock.h"

#define TIME_NS_MAX 10000000000ull
#define TABLE_ROWS  65536
#define NICE_WHILE  10

/* ---- which DSO and offset each hit is ---- */

struct place {
    uint32_t dso;
    uint32_t what; /* HT_HIT_* */
    uint64_t offset;
};

struct work {
    const struct ht_symbols_request *request;
    struct ht_dsos dsos;
    struct place *place;
    size_t places;
    struct ht_table symbol, code;
    uint64_t deadline_ns;
    uint64_t cut_dsos;
    int stopped; /* the user does not want to wait */
};

static int by_dso_offset(const void *a, const void *b) {
    const struct place *x = a, *y = b;
    if (x->dso != y->dso)
        return x->dso < y->dso ? -1 : 1;
    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    return (int)(y->what & HT_HIT_SAMPLED) - (int)(x->what & HT_HIT_SAMPLED);
}

/* Hits of user code to places, each once; hits outside any mapping stay nameless. */
static enum ht_status find_places(struct work *w) {
    const struct ht_hits *hits = w->request->hits;
    w->place = calloc(hits->count > 0 ? hits->count : 1, sizeof *w->place);
    if (w->place == NULL)
        return HT_NOMEM;
    for (uint32_t i = 0; i < hits->slots; i++) {
        const struct ht_hit *hit = &hits->slot[i];
        struct place *place = &w->place[w->places];
        if (hit->pid < 0)
            continue;
        place->what = hit->what;
        enum ht_status status =
            ht_dsos_locate(&w->dsos, w->request->spaces, hit->pid, hit->ip, &place->dso, &place->offset);
        if (status == HT_OK)
            w->places++;
        else if (status != HT_NOT_FOUND)
            return status;
    }
    if (w->places > 0)
        qsort(w->place, w->places, sizeof *w->place, by_dso_offset);
    return HT_OK;
}

/* ---- rows ---- */

static enum ht_status put_if_large(struct work *w, struct ht_table *table, struct ht_cause *cause) {
    if (table->rows < TABLE_ROWS)
        return HT_OK;
    enum ht_status status = ht_writer_put(w->request->writer, w->request->encoder, table, 0, cause);
    ht_table_clear(table);
    return status;
}

static enum ht_status symbol_row(struct work *w, uint32_t dso, const struct ht_dso_symbol *symbol,
                                 struct ht_cause *cause) {
    uint32_t row;
    enum ht_status status = put_if_large(w, &w->symbol, cause);
    if (status == HT_OK)
        status = ht_table_add(&w->symbol, &row);
    if (status != HT_OK)
        return status;
    w->symbol.number[HT_SYMBOL_DSO][row] = dso;
    w->symbol.number[HT_SYMBOL_START][row] = symbol->start;
    w->symbol.number[HT_SYMBOL_BYTES][row] = symbol->bytes;
    return ht_table_set_text(&w->symbol, HT_SYMBOL_NAME, symbol->name);
}

static enum ht_status code_row(struct work *w, uint32_t dso, uint64_t offset, const uint8_t *code,
                               size_t length, struct ht_cause *cause) {
    uint32_t row;
    enum ht_status status = put_if_large(w, &w->code, cause);
    if (status == HT_OK)
        status = ht_table_add(&w->code, &row);
    if (status != HT_OK)
        return status;
    w->code.number[HT_CODE_DSO][row] = dso;
    w->code.number[HT_CODE_OFFSET][row] = offset;
    return ht_table_set_bytes(&w->code, HT_CODE_BYTES, code, length);
}

/* The places of one DSO, in ascending order: a symbol comes once, however often it was hit. Code is wanted of
 * what was sampled, not of callers. */
static enum ht_status name_places(struct work *w, struct ht_dso *dso, const struct place *place,
                                  size_t places, struct ht_cause *cause) {
    struct ht_dso_symbol symbol, last = {0};
    enum ht_status status = HT_OK;
    for (size_t i = 0; i < places && status == HT_OK; i++) {
        uint8_t code[HT_CODE_LENGTH_MAX];
        if (i > 0 && place[i].offset == place[i - 1].offset)
            continue;
        size_t length = place[i].what & HT_HIT_SAMPLED ? ht_dso_code(dso, place[i].offset, code) : 0;
        if (length > 0)
            status = code_row(w, dso->number, place[i].offset, code, length, cause);
        if (status == HT_OK && ht_dso_find(dso, place[i].offset, &symbol) &&
            (last.name == NULL || symbol.start != last.start || strcmp(symbol.name, last.name) != 0)) {
            status = symbol_row(w, dso->number, &symbol, cause);
            last = symbol;
        }
    }
    return status;
}

static int is_stopped(struct work *w) {
    const struct ht_symbols_request *r = w->request;
    w->stopped = w->stopped || (r->is_stopped != NULL && r->is_stopped(r->context));
    return w->stopped;
}

static enum ht_status name_all(struct work *w, struct ht_cause *cause) {
    enum ht_status status = HT_OK;
    for (size_t i = 0, end; i < w->places && status == HT_OK; i = end) {
        struct ht_dso *dso = &w->dsos.dso[w->place[i].dso];
        for (end = i; end < w->places && w->place[end].dso == w->place[i].dso; end++)
            ;
        if (is_stopped(w) || ht_clock_monotonic() > w->deadline_ns) {
            w->cut_dsos++;
            continue; /* its DSO row says that it was not read */
        }
        if ((status = ht_dso_open(dso, w->request->root, w->request->realtime_offset)) == HT_OK)
            status = name_places(w, dso, w->place + i, end - i, cause);
        ht_dso_close(dso); /* one file open at a time */
    }
    return status;
}

static enum ht_status put_dsos(struct work *w, struct ht_cause *cause) {
    struct ht_table table;
    ht_table_init(&table, HT_CHUNK_DSO);
    enum ht_status status = ht_dsos_rows(&w->dsos, &table);
    status = status == HT_OK ? ht_writer_put(w->request->writer, w->request->encoder, &table, 0, cause)
                             : ht_fail(cause, status, "symbols: %s", ht_status_text(status));
    ht_table_free(&table);
    return status;
}

static void say_limits(const struct work *w) {
    const struct ht_symbols_request *r = w->request;
    struct ht_dso_counts counts;
    ht_dsos_count(&w->dsos, &counts);
    if (w->cut_dsos > 0 && w->stopped)
        ht_limits_add(r->limits, w->cut_dsos, "symbols", "",
                      "interrupted while they were read: files left out");
    else if (w->cut_dsos > 0)
        ht_limits_add(r->limits, w->cut_dsos, "symbols", "",
                      "reading them took more than %llu s: files left out", TIME_NS_MAX / 1000000000u);
    if (r->hits->dropped > 0)
        ht_limits_add(r->limits, r->hits->dropped, "symbols", "",
                      "more than %u distinct code addresses: samples whose address was not kept for names",
                      HT_HITS_MAX);
    if (r->spaces->dropped > 0)
        ht_limits_add(r->limits, r->spaces->dropped, "symbols", "",
                      "more than %u mappings of code: mappings that were not kept for names",
                      HT_MAPPINGS_MAX);
    if (r->ksymbols != NULL && r->ksymbols->dropped > 0)
        ht_limits_add(r->limits, r->ksymbols->dropped, "kernel symbols", "",
                      "more than %u came and went in the window: names that were not kept", HT_KSYMBOLS_MAX);
    if (counts.denied > 0)
        ht_limits_add(r->limits, counts.denied, "symbols", HT_MEND_PRIVILEGE,
                      "files of other users' processes may not be read");
    if (counts.changed > 0)
        ht_limits_add(r->limits, counts.changed, "symbols", "",
                      "files were replaced since they were mapped: nothing of them was believed");
    uint64_t explained = counts.denied + w->cut_dsos;
    if (counts.missing > explained)
        ht_limits_add(r->limits, counts.missing - explained, "symbols",
                      "record while the process runs, or keep its files",
                      "files were gone when symbols were read");
}

enum ht_status ht_symbols_collect(const struct ht_symbols_request *request, struct ht_cause *cause) {
    struct work w = {.request = request, .deadline_ns = ht_clock_monotonic() + TIME_NS_MAX};
    /* From here on nobody waits for us: the machine's work goes first. A refusal changes nothing. */
    (void)setpriority(PRIO_PROCESS, 0, NICE_WHILE);
    ht_table_init(&w.symbol, HT_CHUNK_SYMBOL);
    ht_table_init(&w.code, HT_CHUNK_CODE);
    ht_hits_sort(request->hits);
    ht_spaces_sort(request->spaces);
    if (request->ksymbols != NULL)
        ht_ksymbols_sort(request->ksymbols);
    enum ht_status status = find_places(&w);
    if (status == HT_OK)
        status = name_all(&w, cause);
    if (status != HT_OK && cause->text[0] == '\0')
        ht_fail(cause, status, "symbols: %s", ht_status_text(status));
    if (status == HT_OK)
        status = ht_writer_put(request->writer, request->encoder, &w.symbol, 0, cause);
    if (status == HT_OK)
        status = ht_writer_put(request->writer, request->encoder, &w.code, 0, cause);
    if (status == HT_OK)
        status = put_dsos(&w, cause);
    if (status == HT_OK)
        status = ht_symbols_kernel(request, (uint32_t)w.dsos.count, cause);
    say_limits(&w);
    ht_dsos_free(&w.dsos);
    ht_table_free(&w.symbol);
    ht_table_free(&w.code);
    free(w.place);
    return status;
}
