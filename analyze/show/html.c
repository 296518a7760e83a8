#include "analyze/show/html.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/load/embedded.h"
#include "analyze/show/html_table.h"
#include "analyze/show/page.h"
#include "analyze/show/save.h"

#define USUAL_BYTES 1000000
#define MOST_BYTES  2000000
#define ROWS_USUAL  50
#define ROWS_MOST   1000

/* Tried in this order until the page fits. The first one's rows are what the caller asked for. */
static const struct ht_budget budgets[] = {
    {ROWS_MOST, 20, 32, 1200, 1}, {50, 10, 16, 1200, 0}, {25, 5, 12, 600, 0},
    {15, 2, 8, 400, 0},           {8, 0, 4, 300, 0},
};

static int smaller(int a, int b) {
    return a < b ? a : b;
}

static void put_head(struct ht_page *page, struct ht_node *root) {
    struct ht_node *head = ht_add(root, "head", NULL), *policy;
    ht_add(head, "meta", "charset", "utf-8", NULL);
    policy = ht_add(head, "meta", "http-equiv", "Content-Security-Policy", NULL);
    ht_attributef(policy, "content",
                  "default-src 'none'; style-src %s; script-src %s; base-uri 'none'; form-action 'none'",
                  ht_embedded_css_hash, ht_embedded_js_hash);
    ht_add(head, "meta", "name", "viewport", "content", "width=device-width, initial-scale=1", NULL);
    ht_add(head, "meta", "name", "color-scheme", "content", "light dark", NULL);
    ht_add(head, "meta", "name", "generator", "content", "hitmtrace", NULL);
    ht_add_textf(head, "title", "hitmtrace: %s, %s",
                 ht_grid_text(&page->capture, 0, "hostname", "unknown host"),
                 ht_grid_text(&page->capture, 0, "start_utc", "date not told"));
    ht_add_text(head, "style", ht_embedded_css);
}

static enum ht_status put_contents(struct ht_page *page, struct ht_node *body) {
    enum ht_status status = HT_OK;
    struct ht_node *nav = ht_add(body, "nav", "aria-label", "Sections", "id", "contents", NULL);
    ht_add_text(nav, "h2", "Details");
    struct ht_node *list = ht_add(nav, "ul", NULL);
    for (const struct ht_section *section = ht_sections; section->id != NULL && status == HT_OK; section++) {
        enum ht_section_state state = HT_SECTION_DROPPED;
        const char *sentence;
        status = ht_section_state(page, section, &state, &sentence);
        if (status != HT_OK || state != HT_SECTION_SHOWN)
            continue;
        struct ht_node *link = ht_add(ht_add(list, "li", NULL), "a", NULL);
        ht_attributef(link, "href", "#%s", section->id);
        ht_text(link, section->title);
    }
    return status;
}

static enum ht_status put_sections(struct ht_page *page, struct ht_node *body) {
    struct ht_node *details = ht_add(body, "div", "id", "details", NULL);
    enum ht_status status = HT_OK;
    for (const struct ht_section *section = ht_sections; section->id != NULL && status == HT_OK; section++) {
        enum ht_section_state state = HT_SECTION_DROPPED;
        const char *sentence;
        status = ht_section_state(page, section, &state, &sentence);
        if (status != HT_OK || state != HT_SECTION_SHOWN)
            continue;
        struct ht_node *node = ht_add(details, "section", "id", section->id, NULL);
        ht_add_text(node, "h2", section->title);
        if (section->collapsed) {
            node = ht_add(node, "details", "open", "open", "class", "fold", NULL);
            ht_add_text(node, "summary", "Show or hide");
        }
        status = section->render(page, section, node);
    }
    return status;
}

static enum ht_status build(struct ht_page *page, char **text, size_t *length) {
    struct ht_markup *markup = NULL;
    enum ht_status status = ht_markup_new(&markup);
    if (status != HT_OK)
        return ht_fail(page->cause, status, "report: out of memory");
    struct ht_node *root = ht_markup_root(markup), *body;
    put_head(page, root);
    body = ht_add(root, "body", NULL);
    ht_text(ht_add(body, "a", "href", "#main", "class", "skip", NULL), "Skip to the verdict");
    status = ht_first_screen(page, body);
    if (status == HT_OK)
        status = put_contents(page, body);
    if (status == HT_OK)
        status = put_sections(page, body);
    ht_add_text(body, "footer", "Written by hitmtrace. The page needs no network and no script.");
    ht_add_text(body, "script", ht_embedded_js);
    if (status == HT_OK)
        status = ht_markup_write(markup, text, length, page->cause);
    ht_markup_free(markup);
    return status;
}

static enum ht_status save_text(const char *path, const char *text, size_t length, struct ht_cause *cause) {
    struct ht_save save;
    enum ht_status status = ht_save_open(path, &save, cause);
    if (status != HT_OK)
        return status;
    if (fwrite(text, 1, length, save.out) != length)
        status = ht_fail_errno(cause, "cannot write %s", path);
    return ht_save_finish(&save, status, cause);
}

enum ht_status ht_show_html(sqlite3 *db, int64_t capture_id, int top, const char *path,
                            struct ht_cause *cause) {
    struct ht_page page = {.db = db, .capture_id = capture_id, .cause = cause};
    int rows = top <= 0 ? ROWS_USUAL : smaller(top, ROWS_MOST);
    size_t length = 0, allowed = rows > ROWS_USUAL ? MOST_BYTES : USUAL_BYTES;
    char *text = NULL;
    enum ht_status status = ht_grid_read(db, "capture", capture_id, 1, &page.capture, cause);
    if (status == HT_OK)
        status = ht_grid_read(db, "basis", capture_id, 0, &page.basis, cause);
    if (status != HT_OK)
        goto out;
    if (page.capture.rows == 0) {
        status = ht_fail(cause, HT_NOT_FOUND, "the database has no capture %lld", (long long)capture_id);
        goto out;
    }
    for (size_t i = 0; i < sizeof budgets / sizeof budgets[0] && status == HT_OK; i++) {
        page.budget = budgets[i];
        page.budget.rows = smaller(rows, budgets[i].rows);
        page.budget.lines = smaller(rows, budgets[i].lines);
        page.squeezed = i > 0;
        free(text);
        text = NULL;
        status = build(&page, &text, &length);
        if (status == HT_OK && length <= allowed)
            break;
    }
    if (status == HT_OK && length > MOST_BYTES)
        status = ht_fail(cause, HT_LIMIT, "%s: the report has %zu bytes even without detail; %d are allowed",
                         path, length, MOST_BYTES);
    if (status == HT_OK)
        status = save_text(path, text, length, cause);
out:
    free(text);
    ht_page_free(&page);
    return status;
}
