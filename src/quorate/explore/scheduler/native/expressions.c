/* Regular expressions, compiled once. Part of the worker: see main.c.
 *
 * libpe_status looks for the fail counts of a resource by two expressions made of its name, and compiles both for every
 * resource, node and question anew: a fifth of all the time that a run of the scheduler takes. Here the C library's
 * regcomp() and regfree() have another one before them, which the linker gives to Pacemaker's libraries, too.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* RTLD_NEXT */
#endif
#include <dlfcn.h>
#include <regex.h>

#include "worker.h"

typedef int (*regcomp_t)(regex_t *, const char *, int);

static GHashTable *known;

int regcomp(regex_t *expression, const char *text, int flags)
{
    static regcomp_t compile;
    if (known == NULL) {
        known = g_hash_table_new(g_str_hash, g_str_equal);
        compile = (regcomp_t) dlsym(RTLD_NEXT, "regcomp");
    }
    char *key = g_strdup_printf("%d %s", flags, text);
    regex_t *found = g_hash_table_lookup(known, key);
    if (found == NULL) {
        found = g_new0(regex_t, 1);
        int rc = compile(found, text, flags);
        if (rc != 0) {
            g_free(found);
            g_free(key);
            return rc;
        }
        g_hash_table_insert(known, key, found);
    } else {
        g_free(key);
    }
    *expression = *found;
    return 0;
}

/* Keep it: others have it, too. There are as many as resources, twice. */
void regfree(regex_t *expression)
{
    memset(expression, 0, sizeof *expression);
}
