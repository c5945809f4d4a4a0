/* Memory for small things, by size. Part of the worker: see main.c.
 *
 * A run of the scheduler makes and frees hundreds of thousands of small things (nodes and attributes of XML, links of
 * lists, names), and a third of its time goes into the C library's malloc(), which puts neighbours that were freed
 * together and takes them apart again. Here a page has pieces of one size, and a list of those that were freed. A page
 * from which all is freed, as most are after a run, hands its pieces out from its beginning again: what is made in one
 * go then lies side by side, as the processor likes it; and the kernel is asked to map it in large pieces.
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

enum { GRAIN = 16, SMALL = 1024, KINDS = SMALL / GRAIN + 1, PAGE = 1 << 16 };
#define RESERVED ((size_t) 1 << 36) /* of addresses; memory is taken as it is written to */
#define NOWHERE (UINTPTR_MAX - RESERVED) /* no address is less than RESERVED behind it */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *old);

typedef struct free_s {
    struct free_s *next;
} free_t;

/* A page. size: of its pieces, a multiple of GRAIN. freed: pieces that were used and are not; none was used yet from
 * fresh to end. used: how many are. next: in the list of those that have room again, if it is `waiting` there. */
typedef struct page_s {
    free_t *freed;
    char *fresh, *end;
    struct page_s *next;
    uint16_t size, used;
    bool waiting;
} page_t;

static uintptr_t begin = NOWHERE; /* of the addresses that are ours */
static size_t count = RESERVED / PAGE; /* of pages that were handed out from; at first: as if all were */
static bool asked;
static page_t pages[RESERVED / PAGE];
static page_t *current[KINDS]; /* of each size, the page that is handed out from */
static page_t *room[KINDS]; /* of each size, others that have room */

static void reserve(void)
{
    void *found = mmap(NULL, RESERVED, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    asked = true;
    if (found != MAP_FAILED) {
        madvise(found, RESERVED, MADV_HUGEPAGE);
        begin = (uintptr_t) found;
        count = 0;
    }
}

/* Turn to another page with room for pieces of a size; NULL where there are no more. */
static page_t *turn(size_t kind)
{
    page_t *page = room[kind];
    if (page != NULL) {
        room[kind] = page->next;
        page->waiting = false;
        return current[kind] = page;
    }
    if (!asked) {
        reserve();
    }
    if (count == RESERVED / PAGE) {
        return NULL;
    }
    page = &pages[count];
    page->size = (uint16_t) (kind * GRAIN);
    page->fresh = (char *) begin + PAGE * count++;
    page->end = page->fresh + PAGE / page->size * page->size;
    return current[kind] = page;
}

static void *take(size_t size)
{
    size_t kind = size > GRAIN ? (size + GRAIN - 1) / GRAIN : 1;
    page_t *page = current[kind];
    if (page == NULL || (page->freed == NULL && page->fresh == page->end)) {
        page = turn(kind);
        if (page == NULL) {
            return __libc_malloc(size);
        }
    }
    void *piece = page->freed;
    page->used++;
    if (piece != NULL) {
        page->freed = page->freed->next;
        __builtin_prefetch(page->freed); /* whoever is next waits for it less */
        return piece;
    }
    piece = page->fresh;
    page->fresh += page->size;
    return piece;
}

/* Return the page that a piece is from; NULL for one that is the C library's. */
static page_t *page_of(const void *piece)
{
    uintptr_t at = (uintptr_t) piece - begin;
    return at < RESERVED ? &pages[at / PAGE] : NULL;
}

void *malloc(size_t size)
{
    return size > SMALL ? __libc_malloc(size) : take(size);
}

void free(void *old)
{
    page_t *page = page_of(old);
    if (page == NULL) {
        __libc_free(old);
        return;
    }
    size_t kind = page->size / GRAIN;
    if (!page->waiting && page != current[kind]) {
        page->waiting = true;
        page->next = room[kind];
        room[kind] = page;
    }
    if (--page->used == 0) {
        page->freed = NULL;
        page->fresh = (char *) begin + PAGE * (size_t) (page - pages);
        return;
    }
    free_t *one = old;
    one->next = page->freed;
    page->freed = one;
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
    const page_t *page = page_of(old);
    if (old == NULL) {
        return malloc(size);
    }
    if (page == NULL) {
        return __libc_realloc(old, size);
    }
    if (size == 0) {
        free(old);
        return NULL;
    }
    if (size <= page->size) {
        return old;
    }
    void *made = malloc(size);
    if (made != NULL) {
        memcpy(made, old, page->size);
        free(old);
    }
    return made;
}

size_t malloc_usable_size(void *piece)
{
    const page_t *page = page_of(piece);
    size_t (*theirs)(void *) = (size_t(*)(void *)) dlsym(RTLD_NEXT, "malloc_usable_size");
    return page != NULL ? page->size : theirs(piece);
}
