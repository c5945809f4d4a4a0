/* What the scheduler said of states, kept for when one comes again. Part of the worker: see main.c.
 *
 * Failures begin alike: a resource fails, and then nothing else does, or its start, or its stop, or every start. And they
 * end alike: a node is fenced for whatever of it could not be stopped, and nothing is left of its history. A state is
 * the same only if all of it is, to the last attribute; then the scheduler would say the same. It is not asked again
 * unless it goes by the clock, which it does where the base has no execution-date.
 *
 * A graph takes twenty times what is said of it. So it is kept as text, without what nobody asks for, and read again
 * where its state comes again, which takes a tenth of what the scheduler would.
 */

#include "worker.h"

enum { KEPT_BYTES = 11 << 20 }; /* of what was said, and of graphs as text */

seen_t *seen;

static GQueue kept = G_QUEUE_INIT; /* the one that was asked for last comes first */
static GHashTable *places;         /* in that, by the sums of the states */
static size_t kept_bytes;

static guint hash_of(gconstpointer sum)
{
    return (guint) ((const sum_t *) sum)->one;
}

static gboolean is_equal(gconstpointer one, gconstpointer other)
{
    return memcmp(one, other, sizeof(sum_t)) == 0;
}

static void release(seen_t *one)
{
    if (--one->users == 0) {
        g_hash_table_unref(one->named);
        free_xml(one->graph);
        g_free(one->packed);
        g_free(one->said);
        g_free(one);
    }
}

static size_t size_of(const seen_t *one)
{
    return strlen(one->said) + strlen(one->packed);
}

static void forget_oldest(void)
{
    seen_t *oldest = g_queue_pop_tail(&kept);
    g_hash_table_remove(places, &oldest->sum);
    kept_bytes -= size_of(oldest);
    release(oldest);
}

static void remove_attributes_but_id(xmlNode *node)
{
    for (xmlAttr *one = node->properties, *next = NULL; one != NULL; one = next) {
        next = one->next;
        if (strcmp((const char *) one->name, XML_ATTR_ID) != 0) {
            xmlRemoveProp(one);
        }
    }
}

/* Leave of a graph what plan.c asks for: of what is waited for the id, of markers no parameters. */
static void strip(xmlNode *graph)
{
    EACH(synapse, graph, "synapse") {
        xmlNode *action = first_element(child_of(synapse, "action_set"));
        if (action != NULL && is_named(action, XML_GRAPH_TAG_PSEUDO_EVENT)) {
            discard_all(action, XML_TAG_ATTRS);
        }
        EACH(trigger, child_of(synapse, "inputs"), "trigger") {
            if (first_element(trigger) != NULL) {
                remove_attributes_but_id(first_element(trigger));
            }
        }
    }
}

static char *text_of(xmlNode *graph)
{
    xmlBuffer *text = xmlBufferCreate();
    xmlNodeDump(text, graph->doc, graph, 0, 0);
    char *copy = g_strdup((const char *) xmlBufferContent(text));
    xmlBufferFree(text);
    return copy;
}

static xmlNode *graph_of(const char *text)
{
    return xmlDocGetRootElement(xmlReadMemory(text, (int) strlen(text), NULL, NULL, XML_PARSE_NONET | XML_PARSE_HUGE));
}

/* Turn from what was seen last: if it is kept, its graph is from now on text. */
void leave_seen(void)
{
    if (seen == NULL) {
        return;
    }
    if (seen->users > 1) {
        g_clear_pointer(&seen->graph, free_xml);
    }
    release(seen);
    seen = NULL;
}

void forget_all_seen(void)
{
    leave_seen();
    while (!g_queue_is_empty(&kept)) {
        forget_oldest();
    }
}

/* Look for a state among those that were seen: if it is there, `seen` is what was said. */
bool see_again(const sum_t *sum)
{
    GList *place = places != NULL ? g_hash_table_lookup(places, sum) : NULL;
    if (place == NULL) {
        return false;
    }
    g_queue_unlink(&kept, place);
    g_queue_push_head_link(&kept, place);
    seen = place->data;
    seen->users++;
    seen->graph = graph_of(seen->packed);
    return true;
}

static void keep(seen_t *one)
{
    places = places != NULL ? places : g_hash_table_new(hash_of, is_equal);
    one->packed = text_of(one->graph);
    one->users++;
    kept_bytes += size_of(one);
    g_queue_push_head(&kept, one);
    g_hash_table_insert(places, &one->sum, kept.head);
    while (kept_bytes > KEPT_BYTES && g_queue_get_length(&kept) > 1) {
        forget_oldest();
    }
}

/* Keep what was said of a state as `seen`. */
void see(const sum_t *sum, const char *said, xmlNode *graph, GHashTable *named)
{
    seen = g_new0(seen_t, 1);
    seen->users = 1;
    seen->sum = *sum;
    seen->said = g_strdup(said);
    seen->graph = graph;
    seen->named = named;
    strip(graph);
    if (!goes_by_the_clock()) {
        keep(seen);
    }
}
