/* Text files of the source tree that the analyzer carries: SQL, CSS and JavaScript. The definitions are
 * generated at build by analyze/show/embed.sh. Constant data: any thread may look. */
#ifndef HT_ANALYZE_LOAD_EMBEDDED_H
#define HT_ANALYZE_LOAD_EMBEDDED_H

struct ht_embedded {
    const char *name; /* the file's name without folder and suffix; NULL ends the list */
    const char *text; /* terminated */
};

/* schema/tables.sql: run it on an empty database. */
extern const char ht_embedded_tables[];

/* schema/views/NAME.sql, one CREATE VIEW each, sorted by name (SQLite takes views in any order). */
extern const struct ht_embedded ht_embedded_views[];

/* reports/NAME.sql, one SELECT each, sorted by name, with the parameters :capture_id and :top. */
extern const struct ht_embedded ht_embedded_reports[];

/* reports/report.css and report.js, and what a Content-Security-Policy calls them: 'sha256-...' with its
 * quotes. */
extern const char ht_embedded_css[], ht_embedded_js[];
extern const char ht_embedded_css_hash[], ht_embedded_js_hash[];

#endif
