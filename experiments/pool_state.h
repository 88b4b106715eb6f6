/// What the two halves of the pool share: its workers' (pool.c) and the calling thread's (pool_serve.c).
#ifndef RILL_EXPERIMENTS_POOL_STATE_H
#define RILL_EXPERIMENTS_POOL_STATE_H

#include "experiments/pool.h"
#include "experiments/run_list.h"

#include <pthread.h>

/// What workers leave besides finished runs.
typedef struct note {
    rill_checkpoint checkpoint; ///< without bytes: there is none
    char *warning;              ///< NULL: there is none
} note;

typedef struct note_list {
    note *notes; ///< (n)
    size_t n;
} note_list;

struct pool {
    const rill_experiment *experiment;
    const rill_run_options *options;
    pthread_mutex_t lock;    ///< of what follows, up to the blank line
    pthread_cond_t finished; ///< a task was given back
    pthread_cond_t room;     ///< what `pool_take` waits for may be there
    bool is_open;            ///< more tasks may come
    int64_t next;            ///< position of the next task in the order of tasks
    pool_task *returned;     ///< (n_returned) tasks to be given out again
    size_t n_returned;
    rill_checkpoint *added; ///< (n_added) of tasks from elsewhere
    size_t n_added;
    int64_t n_out;      ///< tasks taken and not given back
    int64_t *running;   ///< (n_variants) of each
    run_list waiting;   ///< to be handed on, in the order in which they came
    note_list notes;    ///< likewise, before them
    rill_status status; ///< first error of a worker
    rill_error error;

    run_list batch;          ///< being handed on
    int64_t n_missing;       ///< runs to be made that were not handed on
    rill_status hand_status; ///< first error of `on_runs` or `on_checkpoint`
    rill_error hand_error;
    rill_variant_progress *progress; ///< (n_variants) as it is reported
    double last_progress;
    atomic_llong *steps; ///< (n_variants)
    run_sight *sights;   ///< (n_variants)
    atomic_bool stop;
};

/// Whether there is a task to give out. With the lock held.
bool pool_has_task(pool *p);
/// Frees what the list holds.
void pool_clear_notes(note_list *list);

#endif
