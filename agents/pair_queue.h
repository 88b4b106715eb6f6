/// A queue of numbered things, the most urgent one first, each in it once: a binary heap that knows
/// where each of them is. For prioritized sweeping: its pairs of state and action.
#ifndef RILL_AGENTS_PAIR_QUEUE_H
#define RILL_AGENTS_PAIR_QUEUE_H

#include <rill/arena.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct pair_queue {
    double *priority; ///< (size) of those in the queue
    int32_t *heap;    ///< (size) their numbers: the parent of heap[i] is heap[(i - 1) / 2]
    int32_t *place;   ///< (size) 1 + index in `heap`; 0: not in the queue
    int32_t *length;  ///< how many there are
} pair_queue;

/// Lays a queue of the numbers 0 to `size` - 1 out in an arena; zeroed memory is an empty one.
static inline pair_queue pair_queue_take(rill_arena *arena, int32_t size)
{
    const size_t n = (size_t)size;
    return (pair_queue){.priority = rill_arena_take(arena, n, sizeof(double)),
                        .heap = rill_arena_take(arena, n, sizeof(int32_t)),
                        .place = rill_arena_take(arena, n, sizeof(int32_t)),
                        .length = rill_arena_take(arena, 1, sizeof(int32_t))};
}

static inline bool pair_queue_is_empty(const pair_queue *queue)
{
    return *queue->length == 0;
}

/// True when a is to come before b: by priority, of equals by number.
static inline bool pair_queue_precedes(const pair_queue *queue, int32_t a, int32_t b)
{
    const double p = queue->priority[a], q = queue->priority[b];
    return p > q || (p == q && a < b);
}

static inline void pair_queue_put(const pair_queue *queue, int32_t index, int32_t pair)
{
    queue->heap[index] = pair;
    queue->place[pair] = index + 1;
}

/// Inserts a pair; of one that is in already, the higher priority remains.
static inline void pair_queue_insert(const pair_queue *queue, int32_t pair, double priority)
{
    int32_t i = queue->place[pair] - 1;
    if (i < 0) {
        i = (*queue->length)++;
    } else if (priority <= queue->priority[pair]) {
        return;
    }
    queue->priority[pair] = priority;
    for (int32_t parent; i > 0; i = parent) {
        parent = (i - 1) / 2;
        if (!pair_queue_precedes(queue, pair, queue->heap[parent])) {
            break;
        }
        pair_queue_put(queue, i, queue->heap[parent]);
    }
    pair_queue_put(queue, i, pair);
}

/// Takes the first pair out of a queue that is not empty.
static inline int32_t pair_queue_pop(const pair_queue *queue)
{
    const int32_t first = queue->heap[0];
    const int32_t n = --*queue->length, last = queue->heap[n];
    queue->place[first] = 0;
    if (n == 0) {
        return first;
    }
    int32_t i = 0;
    for (int32_t child = 1; child < n; child = 2 * i + 1) {
        if (child + 1 < n &&
            pair_queue_precedes(queue, queue->heap[child + 1], queue->heap[child])) {
            child++;
        }
        if (!pair_queue_precedes(queue, queue->heap[child], last)) {
            break;
        }
        pair_queue_put(queue, i, queue->heap[child]);
        i = child;
    }
    pair_queue_put(queue, i, last);
    return first;
}

#endif
