/* An HTML document under construction. The only user of libxml2: every text and attribute goes through its
 * escaping, so nothing that is shown can become markup. Texts must be valid UTF-8 without control characters
 * (see clean.h).
 *
 * Failure is sticky: functions that add take and give NULL nodes, the document remembers that memory ran out,
 * and ht_markup_write reports it. Nodes belong to their document. One thread. */
#ifndef HT_ANALYZE_SHOW_MARKUP_H
#define HT_ANALYZE_SHOW_MARKUP_H

#include <stddef.h>

#include "schema/status.h"

struct ht_markup;
struct ht_node;

/* A document with <html lang="en">, empty otherwise. */
enum ht_status ht_markup_new(struct ht_markup **markup);
void ht_markup_free(struct ht_markup *markup);
struct ht_node *ht_markup_root(struct ht_markup *markup);

/* Appends an element. attributes: name, value, ..., NULL; a NULL value leaves the attribute out. */
struct ht_node *ht_add(struct ht_node *parent, const char *element, ...) __attribute__((sentinel));

/* Appends an element that holds only this text. */
struct ht_node *ht_add_text(struct ht_node *parent, const char *element, const char *text);
struct ht_node *ht_add_textf(struct ht_node *parent, const char *element, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void ht_text(struct ht_node *node, const char *text);
void ht_textf(struct ht_node *node, const char *format, ...) __attribute__((format(printf, 2, 3)));
void ht_attribute(struct ht_node *node, const char *name, const char *value);
void ht_attributef(struct ht_node *node, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The document as HTML. free() *text. */
enum ht_status ht_markup_write(struct ht_markup *markup, char **text, size_t *length, struct ht_cause *cause);

#endif
