#include "analyze/show/page.h"

#include <stdio.h>
#include <string.h>

#include "analyze/show/chart.h"
#include "analyze/show/clean.h"
#include "analyze/show/number.h"

#define LINE_MAX    256
#define THREADS_MAX 8
#define LABEL       270
#define PLOT        640
#define ROW         22
#define HEAD        20
#define LETTER      26 /* a run this wide holds its letters, a narrower one has them beside it */

enum { READ = 1, WRITE = 2, WIDTH_UNKNOWN = 4 };

/* How a run of bytes is drawn, by its flags; the letter says it without colour. */
static const struct {
    const char *letter, *class, *fill, *stroke;
} looks[8] = {
    {NULL, NULL, NULL, NULL},
    {"R", "reads", "#dbe9f4", "#2f6f9f"},
    {"W", "writes", "#c2410c", "#8a2d08"},
    {"RW", "writes", "#c2410c", "#8a2d08"},
    {"?", "unknown", "none", "#5b6b7b"},
    {"R?", "reads", "#dbe9f4", "#2f6f9f"},
    {"W?", "writes", "#c2410c", "#8a2d08"},
    {"RW?", "writes", "#c2410c", "#8a2d08"},
};

struct actor {
    unsigned char flags[LINE_MAX];
    int first_row;
    int64_t reads, writes, transfers;
};

/* Rows of one thread follow each other; returns the number of threads. */
static int collect(const struct ht_grid *bytes, int first, int end, int line_bytes,
                   struct actor actor[THREADS_MAX]) {
    int actors = 0;
    int64_t before = -1;
    for (int r = first; r < end; r++) {
        int64_t rank = ht_grid_integer(bytes, r, "thread_rank", 0),
                offset = ht_grid_integer(bytes, r, "offset", 0);
        int64_t width = ht_grid_integer(bytes, r, "width", 0);
        if (rank != before) {
            if (actors == THREADS_MAX)
                break;
            memset(&actor[actors], 0, sizeof actor[actors]);
            actor[actors++].first_row = r;
            before = rank;
        }
        struct actor *a = &actor[actors - 1];
        unsigned flags = (ht_grid_integer(bytes, r, "reads", 0) > 0 ? READ : 0) |
                         (ht_grid_integer(bytes, r, "writes", 0) > 0 ? WRITE : 0) |
                         (width <= 0 ? WIDTH_UNKNOWN : 0);
        a->reads = ht_chart_add(a->reads, ht_grid_integer(bytes, r, "reads", 0));
        a->writes = ht_chart_add(a->writes, ht_grid_integer(bytes, r, "writes", 0));
        a->transfers = ht_chart_add(a->transfers, ht_grid_integer(bytes, r, "transfers", 0));
        if (offset < 0 || offset >= line_bytes)
            continue;
        if (width > line_bytes - offset)
            width = line_bytes - offset;
        for (int64_t b = offset; b < offset + (width > 0 ? width : 1); b++)
            a->flags[b] |= (unsigned char)flags;
    }
    return actors;
}

static void actor_label(const struct ht_grid *bytes, const struct actor *actor, char *out, size_t size) {
    int r = actor->first_row;
    char place[48];
    int64_t cpus = ht_grid_integer(bytes, r, "cpus", 0);
    if (cpus == 1 && ht_grid_integer(bytes, r, "cpu", -1) >= 0 && !ht_grid_is_null(bytes, r, "node"))
        snprintf(place, sizeof place, "CPU %lld, node %lld", (long long)ht_grid_integer(bytes, r, "cpu", 0),
                 (long long)ht_grid_integer(bytes, r, "node", 0));
    else if (ht_grid_integer(bytes, r, "nodes", 0) == 1)
        snprintf(place, sizeof place, "%lld CPUs of node %lld", (long long)cpus,
                 (long long)ht_grid_integer(bytes, r, "node", 0));
    else
        snprintf(place, sizeof place, "%lld CPUs, %lld nodes", (long long)cpus,
                 (long long)ht_grid_integer(bytes, r, "nodes", 0));
    const char *comm = ht_grid_text(bytes, r, "comm", "unknown");
    snprintf(out, size, "%.*s [%lld] %s", ht_utf8_prefix(comm, 16), comm,
             (long long)ht_grid_integer(bytes, r, "tid", 0), place);
}

static void put_number(struct ht_node *node, const char *name, double value) {
    ht_attributef(node, name, "%.6g", value);
}

static void draw_actor(struct ht_node *svg, const struct actor *actor, int line_bytes, int y,
                       const char *name) {
    double cell = (double)PLOT / line_bytes;
    struct ht_node *text = ht_add(svg, "text", "text-anchor", "end", "fill", "#1b1f24", NULL);
    put_number(text, "x", LABEL - 8);
    put_number(text, "y", y + ROW - 7);
    ht_text(text, name);
    for (int b = 0, end; b < line_bytes; b = end) {
        for (end = b + 1; end < line_bytes && actor->flags[end] == actor->flags[b]; end++)
            ;
        unsigned flags = actor->flags[b];
        if (flags == 0)
            continue;
        struct ht_node *rect =
            ht_add(svg, "rect", "class", looks[flags].class, "fill", looks[flags].fill, "stroke",
                   looks[flags].stroke, "stroke-dasharray", flags & WIDTH_UNKNOWN ? "3 2" : NULL, NULL);
        put_number(rect, "x", LABEL + b * cell + 0.5);
        put_number(rect, "y", y + 3);
        put_number(rect, "width", (end - b) * cell - 1);
        put_number(rect, "height", ROW - 6);
        int inside = (end - b) * cell >= LETTER, on_write = inside && flags & WRITE;
        text = ht_add(svg, "text", "text-anchor", inside ? "middle" : "start", "font-size", "11", "class",
                      on_write ? "onwrite" : NULL, "fill", on_write ? "#ffffff" : "#1b1f24", NULL);
        put_number(text, "x", LABEL + (inside ? (b + end) * cell / 2 : end * cell + 2));
        put_number(text, "y", y + ROW - 7);
        ht_text(text, looks[flags].letter);
    }
}

static void draw_ruler(struct ht_node *svg, int line_bytes, int height) {
    for (int b = 0; b <= line_bytes; b += line_bytes / 8) {
        double x = LABEL + (double)b * PLOT / line_bytes;
        struct ht_node *line = ht_add(svg, "line", "class", "tick", "stroke", "#d5dae0", NULL);
        put_number(line, "x1", x);
        put_number(line, "x2", x);
        put_number(line, "y1", HEAD - 4);
        put_number(line, "y2", height);
        struct ht_node *text =
            ht_add(svg, "text", "text-anchor", "middle", "class", "faint", "fill", "#5b6b7b", NULL);
        put_number(text, "x", x);
        put_number(text, "y", HEAD - 7);
        ht_textf(text, "%d", b);
    }
}

/* "0-7, 16" of the bytes with one of the flags. */
static void byte_runs(const struct actor *actor, unsigned flag, int line_bytes, char *out, size_t size) {
    size_t at = 0;
    snprintf(out, size, "none");
    for (int b = 0, end; b < line_bytes && at + 16 < size; b = end) {
        end = b + 1;
        if (!(actor->flags[b] & flag))
            continue;
        while (end < line_bytes && (actor->flags[end] & flag))
            end++;
        at += (size_t)snprintf(out + at, size - at, at > 0 ? ", %d" : "%d", b);
        if (end - b > 1)
            at += (size_t)snprintf(out + at, size - at, "-%d", end - 1);
    }
}

static void put_table(struct ht_node *parent, const struct ht_grid *bytes, const struct actor *actor,
                      int actors, int line_bytes) {
    static const char *const heads[] = {"thread", "bytes read", "bytes written",
                                        "reads",  "writes",     "transfers"};
    struct ht_node *box = ht_add(parent, "div", "class", "scroll", "tabindex", "0", "role", "group",
                                 "aria-label", "Bytes by thread", NULL);
    struct ht_node *table = ht_add(box, "table", NULL), *row = NULL;
    ht_add_text(table, "caption", "The same in numbers; reads, writes and transfers are samples");
    row = ht_add(ht_add(table, "thead", NULL), "tr", NULL);
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        ht_text(ht_add(row, "th", "scope", "col", "align", i < 3 ? NULL : "right", NULL), heads[i]);
    struct ht_node *body = ht_add(table, "tbody", NULL);
    for (int i = 0; i < actors; i++) {
        char text[160], number[HT_NUMBER_MAX];
        int64_t counts[] = {actor[i].reads, actor[i].writes, actor[i].transfers};
        row = ht_add(body, "tr", NULL);
        actor_label(bytes, &actor[i], text, sizeof text);
        ht_text(ht_add(row, "th", "scope", "row", "align", "left", NULL), text);
        byte_runs(&actor[i], READ, line_bytes, text, sizeof text);
        ht_add_text(row, "td", text);
        byte_runs(&actor[i], WRITE, line_bytes, text, sizeof text);
        ht_add_text(row, "td", text);
        for (int k = 0; k < 3; k++)
            ht_text(ht_add(row, "td", "align", "right", NULL), ht_number_count(counts[k], number));
    }
}

void ht_line_picture(struct ht_node *parent, const struct ht_grid *bytes, int first, int end,
                     int line_bytes) {
    struct actor actor[THREADS_MAX];
    if (line_bytes < 8 || line_bytes > LINE_MAX)
        line_bytes = 64;
    int actors = collect(bytes, first, end, line_bytes, actor), height = HEAD + actors * ROW + 4;
    int64_t threads = ht_grid_integer(bytes, first, "threads", actors);
    if (actors == 0)
        return;
    struct ht_node *box = ht_add(parent, "div", "class", "scroll wide", "tabindex", "0", "role", "group",
                                 "aria-label", "Picture of the line", NULL);
    struct ht_node *svg = ht_add(box, "svg", "role", "img", "width", "100%", "font-family",
                                 "system-ui, sans-serif", "font-size", "12", "class", "linepic", NULL);
    ht_attributef(svg, "viewBox", "0 0 %d %d", LABEL + PLOT + 20, height);
    ht_add_textf(svg, "title", "Who reads and writes which of the %d bytes", line_bytes);
    ht_add_text(svg, "desc",
                "A row for each thread, bytes of the line from left to right. R read, W written, RW both, a "
                "question mark "
                "where the width of the access is not known. The table after the figure holds the numbers.");
    ht_add(svg, "rect", "class", "paper", "width", "100%", "height", "100%", "fill", "#ffffff", NULL);
    draw_ruler(svg, line_bytes, height);
    for (int i = 0; i < actors; i++) {
        char name[160];
        actor_label(bytes, &actor[i], name, sizeof name);
        draw_actor(svg, &actor[i], line_bytes, HEAD + i * ROW, name);
    }
    put_table(parent, bytes, actor, actors, line_bytes);
    if (threads > actors)
        ht_add_textf(parent, "p", "%lld more threads touch the line; the %d with most samples are shown.",
                     (long long)(threads - actors), actors);
}
