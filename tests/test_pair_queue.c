// The queue of prioritized sweeping against a list that is searched from end to end.
#include "tests/test.h"

#include "agents/pair_queue.h"

enum { SIZE = 60 };

typedef struct naive_queue {
    bool is_in[SIZE];
    double priority[SIZE];
} naive_queue;

static void naive_insert(naive_queue *naive, int32_t pair, double priority)
{
    if (!naive->is_in[pair] || priority > naive->priority[pair]) {
        naive->is_in[pair] = true;
        naive->priority[pair] = priority;
    }
}

/// The first one; -1 when there is none.
static int32_t naive_first(const naive_queue *naive)
{
    int32_t first = -1;
    for (int32_t i = 0; i < SIZE; i++) {
        if (naive->is_in[i] && (first < 0 || naive->priority[i] > naive->priority[first])) {
            first = i;
        }
    }
    return first;
}

static void assert_is_heap(const pair_queue *queue, const naive_queue *naive)
{
    int32_t n = 0;
    for (int32_t i = 0; i < SIZE; i++) {
        n += naive->is_in[i];
        ASSERT_FOR("place", (queue->place[i] > 0) == naive->is_in[i]);
        ASSERT_FOR("heap", !naive->is_in[i] || queue->heap[queue->place[i] - 1] == i);
        ASSERT_FOR("priority", !naive->is_in[i] || queue->priority[i] == naive->priority[i]);
    }
    ASSERT_FOR("length", *queue->length == n);
    for (int32_t i = 1; i < n; i++) {
        const int32_t parent = queue->heap[(i - 1) / 2];
        ASSERT_FOR("order", queue->priority[parent] >= queue->priority[queue->heap[i]]);
    }
}

/// With few different priorities there are many ties; with more inserts than pops, or fewer, the
/// queue fills and empties.
static void check(int n_priorities, double share_of_inserts, uint64_t seed)
{
    double priority[SIZE] = {0.0};
    int32_t heap[SIZE] = {0}, place[SIZE] = {0}, length = 0;
    const pair_queue queue = {priority, heap, place, &length};
    naive_queue naive = {0};
    rill_rng rng;
    rill_rng_seed(&rng, seed);
    int longest = 0, n_raised = 0;
    for (int i = 0; i < 4000; i++) {
        if (rill_rng_random(&rng) < share_of_inserts) {
            const int32_t pair = (int32_t)rill_rng_integers(&rng, SIZE);
            const double p = 0.25 * (double)rill_rng_integers(&rng, n_priorities);
            n_raised += naive.is_in[pair] && p > naive.priority[pair];
            pair_queue_insert(&queue, pair, p);
            naive_insert(&naive, pair, p);
        } else if (!pair_queue_is_empty(&queue)) {
            const int32_t first = naive_first(&naive);
            ck_assert_int_eq(pair_queue_pop(&queue), first);
            naive.is_in[first] = false;
        }
        assert_is_heap(&queue, &naive);
        longest = length > longest ? length : longest;
    }
    ck_assert_int_gt(longest, share_of_inserts > 0.6 ? 40 : 3);
    ck_assert_int_gt(n_raised, 20);
}

START_TEST(test_equals_a_list)
{
    check(1000, 0.5, 1);
    check(1000, 0.8, 2);
    check(5, 0.5, 3);
    check(5, 0.75, 4);
}
END_TEST

TEST_MAIN(test_equals_a_list)
