/// An experiment over the ranks of a job. Rank 0 leads: its calling thread hands tasks to the others from
/// the pool that its own threads take from, and their runs to the pool; it alone knows of files, prints and
/// heeds signals. The others follow.
///
/// Messages (numbers, unless said otherwise):
///   start, to all    whether there is work, version (text), threads of a rank (0: as it sees fit), seconds
///                    between checkpoints (real), experiment (text)
///   report, to 0     whether it is the last, threads, threads without work, tasks wished for beyond these,
///                    status, where and what of an error (texts), count of variants with new steps,
///                    (variant, steps) each, count of items; each a kind, and a run, a checkpoint or a warning
///   answer, from 0   whether to stop, count of tasks, (variant, run, checkpoint or nothing) each
///   end, from 0      2, exit code, whether a rank is lost: the last message, by `ranks_end`
/// A follower sends a report when it has runs or wants tasks, and now and then as a sign of life, but not
/// before the last one was answered; so rank 0 never has more than one of each to read. To stop it is told
/// without being asked.
#ifndef RILL_RANKS_WORK_H
#define RILL_RANKS_WORK_H

#include "experiments/program/ranks.h"

#include <rill/experiment.h>

typedef enum ranks_item {
    RANKS_RUN,
    RANKS_CHECKPOINT, ///< variant, run, block
    RANKS_WARNING,    ///< text
} ranks_item;

/// How the other ranks are to work.
typedef struct ranks_start {
    int32_t threads; ///< of each; 0: as it sees fit
    double patience; ///< seconds of silence after which a rank's tasks are given to others
} ranks_start;

/// As `rill_experiment_run`, with the help of the other ranks. From rank 0.
rill_status ranks_run(ranks *all, const rill_experiment *experiment,
                      const rill_run_options *options, const ranks_start *start, rill_error *error);

/// Tells the others that there is no work, unless they have been told of some.
void ranks_dismiss(ranks *all);

/// What all ranks but 0 do, up to the end of the job; the exit code.
int ranks_follow(ranks *all);

/// Seconds to the next look for messages, `silence` seconds after the last one: short while there is much to
/// say, so that nobody waits, and long where runs are, so that looking costs nothing.
static inline double ranks_interval(double silence)
{
    const double seconds = 0.1 * silence;
    return seconds < 0.0003 ? 0.0003 : seconds > 0.005 ? 0.005 : seconds;
}

/// Seconds between two signs of life: longer where there are more ranks, so that rank 0 can read them.
static inline double ranks_heartbeat(const ranks *all)
{
    return all->count > 1000 ? 0.0005 * all->count : 0.5;
}

#endif
