/// The processes of one job, started together by an MPI launcher: messages between them, without waiting
/// and without turning round and round. Rank 0 leads, and talks to each of the others.
///
/// Built without MPI the same functions are there, and a job is one process.
#ifndef RILL_RANKS_H
#define RILL_RANKS_H

#include "experiments/bytes.h"

/// A message on its way out.
typedef struct outgoing outgoing;
/// A message on its way in.
typedef struct incoming incoming;

typedef struct ranks {
    int32_t rank, count;   ///< this one, and all of them
    int32_t count_on_node; ///< those that share this one's processors
    outgoing *outgoing;    ///< (n_outgoing)
    size_t n_outgoing, outgoing_capacity;
    incoming *incoming; ///< (n_incoming) in the order in which they began to come
    size_t n_incoming, incoming_capacity;
    bool is_started; ///< the others have been told what to do
    bool *is_lost;   ///< (count) silent for too long to wait for it; NULL in a job of one
} ranks;

/// Joins the job where there is one and `is_wanted`, else makes a job of one process. RILL_FAILED: MPI
/// does not start, or the launcher is another MPI's; then the process has `rank` 0, or whichever the
/// launcher says, so that one of them can tell.
rill_status ranks_begin(ranks *all, bool is_wanted, rill_error *error);

/// What rank 0 puts into `shared` is there on all ranks afterwards. RILL_FAILED, RILL_NO_MEMORY.
rill_status ranks_share(ranks *all, bytes_writer *shared, rill_error *error);

/// Sends a message, which is the callee's from now on. RILL_FAILED (the other one is gone, or the message
/// is of more than 2 GiB), RILL_NO_MEMORY.
rill_status ranks_send(ranks *all, int32_t to, bytes_writer *message, rill_error *error);

/// A message that has come as a whole, and from whom; `message->data` is the caller's. False when there is
/// none: also of one whose sender died over it. Those of one rank come in the order in which it sent them.
bool ranks_receive(ranks *all, int32_t *from, bytes_writer *message);

/// Whether all that was sent has left. Also helps it to.
bool ranks_have_sent(ranks *all);

/// Ends the job with rank 0's `code` on all ranks, and answers it.
int ranks_end(ranks *all, int code);

/// Threads for this process: its part of the node's processors, at least 1.
int32_t ranks_threads(const ranks *all);

/// Sleeps.
void ranks_pause(double seconds);

#endif
