#include "analyze/show/markup.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/HTMLtree.h>
#include <libxml/tree.h>

struct ht_markup {
    htmlDocPtr document;
    xmlNodePtr root;
    int failed;
};

static xmlNodePtr node_of(struct ht_node *node) {
    return (xmlNodePtr)node;
}

/* Remembers a failure in the document of the node (its _private). */
static void fail(xmlNodePtr node) {
    if (node != NULL && node->doc != NULL && node->doc->_private != NULL)
        ((struct ht_markup *)node->doc->_private)->failed = 1;
}

enum ht_status ht_markup_new(struct ht_markup **out) {
    struct ht_markup *markup = calloc(1, sizeof *markup);
    *out = NULL;
    if (markup == NULL)
        return HT_NOMEM;
    markup->document = htmlNewDocNoDtD(NULL, NULL);
    if (markup->document == NULL)
        goto nomem;
    markup->document->_private = markup;
    markup->root = xmlNewDocNode(markup->document, NULL, BAD_CAST "html", NULL);
    if (xmlCreateIntSubset(markup->document, BAD_CAST "html", NULL, NULL) == NULL || markup->root == NULL)
        goto nomem;
    xmlDocSetRootElement(markup->document, markup->root);
    ht_attribute((struct ht_node *)markup->root, "lang", "en");
    *out = markup;
    return HT_OK;
nomem:
    ht_markup_free(markup);
    return HT_NOMEM;
}

void ht_markup_free(struct ht_markup *markup) {
    if (markup == NULL)
        return;
    if (markup->document != NULL)
        xmlFreeDoc(markup->document);
    free(markup);
}

struct ht_node *ht_markup_root(struct ht_markup *markup) {
    return (struct ht_node *)markup->root;
}

static struct ht_node *add(struct ht_node *parent, const char *element) {
    if (parent == NULL)
        return NULL;
    xmlNodePtr node = xmlNewDocNode(node_of(parent)->doc, NULL, BAD_CAST element, NULL);
    if (node == NULL) {
        fail(node_of(parent));
        return NULL;
    }
    return (struct ht_node *)xmlAddChild(node_of(parent), node);
}

struct ht_node *ht_add(struct ht_node *parent, const char *element, ...) {
    struct ht_node *node = add(parent, element);
    va_list args;
    va_start(args, element);
    for (const char *name; (name = va_arg(args, const char *)) != NULL;) {
        const char *value = va_arg(args, const char *);
        if (value != NULL)
            ht_attribute(node, name, value);
    }
    va_end(args);
    return node;
}

void ht_text(struct ht_node *node, const char *text) {
    if (node == NULL || text == NULL || text[0] == '\0')
        return;
    xmlNodePtr child = xmlNewDocText(node_of(node)->doc, BAD_CAST text);
    if (child == NULL || xmlAddChild(node_of(node), child) == NULL)
        fail(node_of(node));
}

struct ht_node *ht_add_text(struct ht_node *parent, const char *element, const char *text) {
    struct ht_node *node = add(parent, element);
    ht_text(node, text);
    return node;
}

void ht_attribute(struct ht_node *node, const char *name, const char *value) {
    if (node != NULL && xmlSetProp(node_of(node), BAD_CAST name, BAD_CAST value) == NULL)
        fail(node_of(node));
}

/* What vsnprintf would write, allocated; NULL: no memory. */
static char *format_text(struct ht_node *node, const char *format, va_list args) {
    char *text = NULL;
    if (node == NULL)
        return NULL;
    if (vasprintf(&text, format, args) < 0) {
        fail(node_of(node));
        return NULL;
    }
    return text;
}

struct ht_node *ht_add_textf(struct ht_node *parent, const char *element, const char *format, ...) {
    struct ht_node *node = add(parent, element);
    va_list args;
    va_start(args, format);
    char *text = format_text(node, format, args);
    va_end(args);
    ht_text(node, text);
    free(text);
    return node;
}

void ht_textf(struct ht_node *node, const char *format, ...) {
    va_list args;
    va_start(args, format);
    char *text = format_text(node, format, args);
    va_end(args);
    ht_text(node, text);
    free(text);
}

void ht_attributef(struct ht_node *node, const char *name, const char *format, ...) {
    va_list args;
    va_start(args, format);
    char *text = format_text(node, format, args);
    va_end(args);
    if (text != NULL)
        ht_attribute(node, name, text);
    free(text);
}

enum ht_status ht_markup_write(struct ht_markup *markup, char **text, size_t *length,
                               struct ht_cause *cause) {
    xmlChar *dump = NULL;
    int bytes = 0;
    *text = NULL;
    if (markup->failed)
        return ht_fail(cause, HT_NOMEM, "report: out of memory");
    /* No encoding named: what is not ASCII becomes character references, which survive any mail gateway. */
    htmlDocDumpMemoryFormat(markup->document, &dump, &bytes, 0);
    if (dump == NULL || bytes <= 0)
        return ht_fail(cause, HT_NOMEM, "report: the page could not be written out");
    *length = (size_t)bytes;
    *text = malloc(*length + 1);
    if (*text != NULL) {
        memcpy(*text, dump, *length);
        (*text)[*length] = '\0';
    }
    xmlFree(dump);
    return *text != NULL ? HT_OK : ht_fail(cause, HT_NOMEM, "report: out of memory");
}
