/// The work of an experiment: which run is next, and which are finished and wait to be handed on. A pool
/// does not know who works: threads that take runs and give them back, or other processes, in whose name
/// the calling thread does. The calling thread is the one that calls `rill_experiment_run`, and with it
/// `pool_serve`; it alone hands on, reports and asks whether to stop.
#ifndef RILL_EXPERIMENTS_POOL_H
#define RILL_EXPERIMENTS_POOL_H

#include "experiments/run_one.h"

#include <rill/experiment.h>
#include <stdatomic.h>

typedef struct pool pool;

/// One run to be made.
typedef struct pool_task {
    int32_t variant;
    int64_t run; ///< its number
} pool_task;

/// The experiment and the options stay the caller's and must be there as long as the pool is.
/// RILL_NO_MEMORY.
rill_status pool_create(pool **out, const rill_experiment *experiment,
                        const rill_run_options *options, rill_error *error);
/// Every task that was taken must have been given back. NULL is fine.
void pool_destroy(pool *p);

/// The next task; false when there is none: all are taken, or the pool stops. Waits while more finished
/// runs than are good for memory have not been handed on. From any thread but the calling one.
bool pool_take(pool *p, pool_task *task);
/// The same without waiting, for the calling thread.
bool pool_take_at_once(pool *p, pool_task *task);

/// Gives back a task with the run that came of it, which is the pool's from now on. A `status` other than
/// RILL_OK says that none came: RILL_INTERRUPTED that it was stopped; else `error` is why, and the pool
/// gives out no more. Never waits; from any thread.
void pool_give(pool *p, pool_task task, rill_run *run, rill_status status, const rill_error *error);
/// Gives back a task that its worker will not finish: another one will get it. From any thread.
void pool_return(pool *p, pool_task task);

/// A task from elsewhere, besides those of the experiment, and the checkpoint that it can go on from: its
/// bytes are the pool's from now on; NULL for none. From the calling thread.
void pool_add(pool *p, pool_task task, const rill_checkpoint *checkpoint);
/// While a pool is open, more tasks may come (`pool_add`, `pool_return`): `pool_take` waits for them, and
/// all is not over. It begins closed.
void pool_open(pool *p, bool is_open);
/// Number of tasks to be taken. From the calling thread.
int64_t pool_left(pool *p);
/// Ends all by an error that is of no task. The first one counts.
void pool_fail(pool *p, rill_status status, const rill_error *error);
/// Finds the checkpoint that a task can go on from, whose bytes stay the pool's. From any thread.
bool pool_checkpoint(pool *p, pool_task task, rill_checkpoint *found);
/// Leaves a checkpoint of a task that is out; its bytes are the pool's from now on. From any thread.
void pool_save(pool *p, rill_checkpoint *checkpoint);
/// Leaves a line for `on_warning`. From any thread.
void pool_warn(pool *p, const char *message);

/// True once runs under way are to stop.
const atomic_bool *pool_stop(const pool *p);
/// Steps taken in the runs of a variant, for workers to add to.
atomic_llong *pool_steps(pool *p, int32_t variant);
/// What is to be seen of them.
run_sight *pool_sight(pool *p, int32_t variant);

/// One round of the calling thread: waits up to `seconds` for a finished run or a checkpoint, hands on all that
/// wait, reports and asks whether to stop. False when all is over.
bool pool_serve(pool *p, double seconds);
/// What came of it, once `pool_serve` has said that all is over: the first error of `on_runs` or
/// `on_checkpoint`, else the first of a worker, else RILL_INTERRUPTED when a run is missing.
rill_status pool_finish(pool *p, rill_error *error);

#endif
