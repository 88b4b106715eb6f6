/// The pool alone, worked by hand from one thread and from several.
#include "experiments/pool.h"
#include "tests/runs.h"

#include <pthread.h>

static rill_error error;

static const char *const two_agents =
    "{'environment': {'id': 'random_walk'},"
    " 'agents': [{'id': 'td0'}, {'label': 'mc', 'id': 'mc_prediction'}],"
    " 'stop': {'episodes': 2}, 'runs': 3, 'record': ['return']}";

/// The tasks that are left, as "variant.run variant.run ".
static const char *take_all(pool *p, pool_task *tasks, int *n)
{
    static char text[128];
    text[0] = '\0';
    *n = 0;
    while (pool_take_at_once(p, &tasks[*n])) {
        snprintf(text + strlen(text), sizeof text - strlen(text), "%d.%d ", (int)tasks[*n].variant,
                 (int)tasks[*n].run);
        ++*n;
    }
    return text;
}

/// A run with nothing in it.
static void give_empty(pool *p, pool_task task)
{
    rill_run run = {.variant = task.variant, .run = task.run};
    pool_give(p, task, &run, RILL_OK, NULL);
}

START_TEST(test_order_and_return)
{
    rill_experiment *experiment = experiment_of(two_agents);
    const uint8_t is_done[] = {0, 1, 0, 0, 0, 0};
    collection c = {0};
    const rill_run_options options = {.threads = 1,
                                      .is_done = is_done,
                                      .on_runs = collect_runs,
                                      .on_progress = note_progress,
                                      .context = &c};
    pool *p = NULL;
    pool_task tasks[8];
    int n = 0;
    ASSERT_OK(pool_create(&p, experiment, &options, &error), &error);
    ck_assert_str_eq(take_all(p, tasks, &n), "0.0 1.0 1.1 0.2 1.2 ");
    ck_assert(pool_serve(p, 0.0)); // five are out
    // a lost worker's tasks are given out again
    pool_return(p, tasks[1]);
    pool_return(p, tasks[3]);
    ck_assert_str_eq(take_all(p, tasks + 5, &n), "0.2 1.0 ");
    give_empty(p, tasks[0]);
    give_empty(p, tasks[2]);
    ck_assert(pool_serve(p, 0.0)); // both in one batch
    ck_assert_uint_eq(c.count, 2);
    give_empty(p, tasks[4]);
    give_empty(p, tasks[5]);
    ck_assert(pool_serve(p, 0.0)); // one is out
    give_empty(p, tasks[6]);
    ck_assert(!pool_serve(p, 0.0));
    ck_assert_uint_eq(c.count, 5);
    ck_assert_int_eq(c.finished, 5);
    ASSERT_OK(pool_finish(p, &error), &error);
    pool_destroy(p);
    pool_destroy(NULL);
    release_runs(&c);
    rill_experiment_destroy(experiment);
}
END_TEST

static bool always(void *context)
{
    (void)context;
    return true;
}

/// Stopped when all runs were under way already, and all of them finished: nothing is missing.
START_TEST(test_a_late_stop_interrupts_nothing)
{
    rill_experiment *experiment = experiment_of(two_agents);
    for (int n_finished = 4; n_finished <= 6; n_finished++) {
        collection c = {0};
        const rill_run_options options = {
            .threads = 1, .on_runs = collect_runs, .should_stop = always, .context = &c};
        pool *p = NULL;
        pool_task tasks[8];
        int n = 0;
        ASSERT_OK(pool_create(&p, experiment, &options, &error), &error);
        take_all(p, tasks, &n);
        ck_assert_int_eq(n, 6);
        ck_assert(!atomic_load(pool_stop(p)));
        ck_assert(pool_serve(p, 0.0));
        ck_assert(atomic_load(pool_stop(p)));
        for (int i = 0; i < n; i++) {
            rill_run run = {.variant = tasks[i].variant, .run = tasks[i].run};
            pool_give(p, tasks[i], &run, i < n_finished ? RILL_OK : RILL_INTERRUPTED, NULL);
        }
        ck_assert(!pool_serve(p, 0.0));
        ck_assert_uint_eq(c.count, (size_t)n_finished);
        ck_assert_int_eq(pool_finish(p, &error), n_finished == 6 ? RILL_OK : RILL_INTERRUPTED);
        pool_destroy(p);
        release_runs(&c);
    }
    rill_experiment_destroy(experiment);
}
END_TEST

START_TEST(test_first_error_of_a_worker)
{
    rill_experiment *experiment = experiment_of(two_agents);
    collection c = {0};
    const rill_run_options options = {.threads = 1, .on_runs = collect_runs, .context = &c};
    const rill_error first = {.status = RILL_NO_MEMORY, .message = "first"};
    const rill_error second = {.status = RILL_FAILED, .message = "second"};
    pool *p = NULL;
    pool_task tasks[3], none;
    ASSERT_OK(pool_create(&p, experiment, &options, &error), &error);
    for (int i = 0; i < 3; i++) {
        ck_assert(pool_take_at_once(p, &tasks[i]));
    }
    rill_run run = {0};
    pool_give(p, tasks[0], &run, RILL_NO_MEMORY, &first);
    pool_give(p, tasks[1], &run, RILL_FAILED, &second);
    ck_assert(!pool_take_at_once(p, &none));
    ck_assert(!pool_take(p, &none));
    give_empty(p, tasks[2]); // what others have finished is kept
    ck_assert(!pool_serve(p, 0.0));
    ck_assert_uint_eq(c.count, 1);
    ck_assert_int_eq(pool_finish(p, &error), RILL_NO_MEMORY);
    ck_assert_str_eq(error.message, "first");
    pool_destroy(p);
    release_runs(&c);
    rill_experiment_destroy(experiment);
}
END_TEST

/// Sees how many runs wait at most, while their disk is slow.
typedef struct slow_disk {
    size_t total, largest;
    int calls;
} slow_disk;

static rill_status write_slowly(void *context, rill_run *runs, size_t n, rill_error *unused)
{
    (void)unused;
    slow_disk *disk = context;
    for (size_t i = 0; i < n; i++) {
        rill_run_clear(&runs[i]);
    }
    sleep_milliseconds(20);
    disk->total += n;
    disk->largest = n > disk->largest ? n : disk->largest;
    disk->calls++;
    return RILL_OK;
}

typedef struct hand {
    pool *pool;
    size_t n_values; ///< of a run
} hand;

static void *work_by_hand(void *context)
{
    const hand *h = context;
    pool_task task;
    while (pool_take(h->pool, &task)) {
        rill_run run = {.variant = task.variant, .run = task.run, .n_values = h->n_values};
        run.values = calloc(h->n_values + 1, sizeof *run.values);
        atomic_fetch_add(pool_steps(h->pool, task.variant), 1);
        pool_give(h->pool, task, &run, RILL_OK, NULL);
    }
    return NULL;
}

/// However slow the disk, memory is bounded: in number of runs and in bytes.
START_TEST(test_what_waits_is_bounded)
{
    rill_experiment *experiment = experiment_of(two_agents);
    static const struct {
        int64_t runs;
        size_t n_values, bound;
    } cases[] = {{20000, 0, 4096}, {60, 1 << 20, 8}};
    for (size_t i = 0; i < 2; i++) {
        enum { WORKERS = 3 };
        experiment->runs = cases[i].runs;
        slow_disk disk = {0};
        const rill_run_options options = {
            .threads = WORKERS, .on_runs = write_slowly, .context = &disk};
        hand h = {NULL, cases[i].n_values};
        pthread_t threads[WORKERS];
        ASSERT_OK(pool_create(&h.pool, experiment, &options, &error), &error);
        for (int j = 0; j < WORKERS; j++) {
            ck_assert_int_eq(pthread_create(&threads[j], NULL, work_by_hand, &h), 0);
        }
        while (pool_serve(h.pool, 0.1)) {
        }
        for (int j = 0; j < WORKERS; j++) {
            pthread_join(threads[j], NULL);
        }
        ASSERT_OK(pool_finish(h.pool, &error), &error);
        ck_assert_uint_eq(disk.total, (size_t)(2 * cases[i].runs));
        ck_assert_uint_le(disk.largest, cases[i].bound + WORKERS); // one in each hand
        ck_assert_int_gt(disk.calls, 2);
        ck_assert_int_eq(atomic_load(pool_steps(h.pool, 1)), cases[i].runs);
        pool_destroy(h.pool);
    }
    rill_experiment_destroy(experiment);
}
END_TEST

TEST_MAIN(test_order_and_return, test_a_late_stop_interrupts_nothing, test_first_error_of_a_worker,
          test_what_waits_is_bounded)
