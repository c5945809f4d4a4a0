/* Memory for small things, by size. Part of the worker: see main.c.
 *
 * A run of the scheduler makes and frees hundreds of thousands of small things (nodes and attributes of XML, links of
 * lists, names), and a third of its time goes into the C library's malloc(), which puts neighbours that were freed
 * together and takes them apart again. Here each size has a list of its own: what was freed last is handed out next.
 * What is larger than SMALL is left to the C library. The linker gives these functions to all libraries of the worker.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* RTLD_NEXT */
#endif
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { GRAIN = 16, SMALL = 512, KINDS = SMALL / GRAIN + 1, PAGE = 1 << 16 };
#define RESERVED ((size_t) 1 << 36) /* of addresses; memory is taken as it is written to */
#define NOWHERE (UINTPTR_MAX - RESERVED) /* no address is less than RESERVED behind it */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *old);

typedef struct free_s {
    struct free_s *next;
} free_t;

static uintptr_t begin = NOWHERE; /* of the addresses that are ours */
static size_t pages = RESERVED / PAGE; /* how many of them are in use; at first: as if all were */
static bool asked;
static unsigned char kinds[RESERVED / PAGE]; /* a page has pieces of one size: of so many GRAINs */
static free_t *freed[KINDS];
static char *fresh[KINDS], *fresh_end[KINDS]; /* what of a kind's newest page nobody had yet */

static bool add_page(size_t kind)
{
    if (!asked) {
        void *found = mmap(NULL, RESERVED, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        asked = true;
        if (found != MAP_FAILED) {
            begin = (uintptr_t) found;
            pages = 0;
        }
    }
    if (pages == RESERVED / PAGE) {
        return false;
    }
    fresh[kind] = (char *) begin + PAGE * pages;
    fresh_end[kind] = fresh[kind] + PAGE / (kind * GRAIN) * (kind * GRAIN);
    kinds[pages++] = (unsigned char) kind;
    return true;
}

static void *take(size_t size)
{
    size_t kind = size > GRAIN ? (size + GRAIN - 1) / GRAIN : 1;
    free_t *one = freed[kind];
    if (one != NULL) {
        freed[kind] = one->next;
        __builtin_prefetch(one->next, 1); /* it was freed long ago, and is out of the processor's caches */
        return one;
    }
    if (fresh[kind] == fresh_end[kind] && !add_page(kind)) {
        return __libc_malloc(size);
    }
    fresh[kind] += kind * GRAIN;
    return fresh[kind] - kind * GRAIN;
}

/* Return how much a piece holds; 0 for one that is the C library's. */
static size_t held(const void *piece)
{
    uintptr_t at = (uintptr_t) piece - begin;
    return at < RESERVED ? kinds[at / PAGE] * (size_t) GRAIN : 0;
}

void *malloc(size_t size)
{
    return size > SMALL ? __libc_malloc(size) : take(size);
}

void free(void *old)
{
    size_t size = held(old);
    if (size == 0) {
        __libc_free(old);
        return;
    }
    free_t *one = old;
    one->next = freed[size / GRAIN];
    freed[size / GRAIN] = one;
}

void *calloc(size_t count, size_t size)
{
    size_t whole = 0;
    if (__builtin_mul_overflow(count, size, &whole) || whole > SMALL) {
        return __libc_calloc(count, size);
    }
    void *made = take(whole);
    return made != NULL ? memset(made, 0, whole) : NULL;
}

void *realloc(void *old, size_t size)
{
    size_t before = held(old);
    if (old == NULL) {
        return malloc(size);
    }
    if (before == 0) {
        return __libc_realloc(old, size);
    }
    if (size == 0) {
        free(old);
        return NULL;
    }
    if (size <= before) {
        return old;
    }
    void *made = malloc(size);
    if (made != NULL) {
        memcpy(made, old, before);
        free(old);
    }
    return made;
}

size_t malloc_usable_size(void *piece)
{
    size_t size = held(piece);
    size_t (*theirs)(void *) = (size_t(*)(void *)) dlsym(RTLD_NEXT, "malloc_usable_size");
    return size != 0 ? size : theirs(piece);
}
