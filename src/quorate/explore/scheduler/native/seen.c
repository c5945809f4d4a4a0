/* What the scheduler said of states, kept for when one comes again. Part of the worker: see main.c.
 *
 * Failures of one resource begin alike: it fails, and then nothing else does, or its start, or its stop, or every
 * start. A state is the same only if all of it is, to the last attribute; then the scheduler would say the same. It is
 * not asked again unless it goes by the clock, which it does where the base has no execution-date.
 */

#include "worker.h"

enum { KEPT_MAX = 8, KEPT_BYTES = 1 << 21 }; /* of what was said; the graph takes twenty times that */

seen_t *seen;

static GQueue kept = G_QUEUE_INIT; /* the one that was asked for last comes first */
static size_t kept_bytes;

static void release(seen_t *one)
{
    if (one != NULL && --one->users == 0) {
        free_state(one->state);
        g_hash_table_unref(one->named);
        free_xml(one->graph);
        g_free(one->said);
        g_free(one);
    }
}

static void forget_oldest(void)
{
    seen_t *oldest = g_queue_pop_tail(&kept);
    kept_bytes -= strlen(oldest->said);
    release(oldest);
}

void leave_seen(void)
{
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

/* Look for a state among those that were seen: if it is there, `seen` is what was said, and it shares the parts. */
bool see_again(state_t *state)
{
    for (GList *link = kept.head; link != NULL; link = link->next) {
        seen_t *one = link->data;
        if (is_same_state(one->state, state)) {
            g_queue_unlink(&kept, link);
            g_queue_push_head_link(&kept, link);
            share_parts(state, one->state);
            one->users++;
            seen = one;
            return true;
        }
    }
    return false;
}

/* Keep what was said of a state as `seen`. */
void see(const state_t *state, const char *said, xmlNode *graph, GHashTable *named)
{
    seen = g_new0(seen_t, 1);
    seen->users = 1;
    seen->said = g_strdup(said);
    seen->graph = graph;
    seen->named = named;
    if (!goes_by_the_clock()) {
        seen->state = copy_state(state);
        seen->users++;
        g_queue_push_head(&kept, seen);
        kept_bytes += strlen(said);
    }
    while (g_queue_get_length(&kept) > KEPT_MAX || (kept_bytes > KEPT_BYTES && g_queue_get_length(&kept) > 1)) {
        forget_oldest();
    }
}
