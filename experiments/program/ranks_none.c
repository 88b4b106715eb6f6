/// A job is one process: rill was built without MPI.
#include "experiments/program/ranks.h"

#ifndef RILL_HAS_MPI

#include "experiments/program/ranks_launch.h"

rill_status ranks_begin(ranks *all, bool is_wanted, rill_error *error)
{
    const ranks_launch launch = ranks_launch_find();
    *all = (ranks){.count = 1, .count_on_node = 1};
    if (is_wanted && launch.count > 1) {
        all->rank = launch.rank;
        return rill_error_set(
            error, RILL_FAILED, "",
            "%d processes were started, but this rill was built without MPI, so that "
            "each would do all of the work; build it where MPI is installed "
            "(script/setup.sh mpi), or start shards (--shard)",
            (int)launch.count);
    }
    return RILL_OK;
}

rill_status ranks_share(ranks *all, bytes_writer *shared, rill_error *error)
{
    (void)all;
    (void)shared;
    (void)error;
    return RILL_OK;
}

rill_status ranks_send(ranks *all, int32_t to, bytes_writer *message, rill_error *error)
{
    (void)all;
    (void)message;
    return rill_error_set(error, RILL_FAILED, "", "there is no rank %d", (int)to);
}

bool ranks_receive(ranks *all, int32_t *from, bytes_writer *message)
{
    (void)all;
    (void)from;
    (void)message;
    return false;
}

bool ranks_have_sent(ranks *all)
{
    (void)all;
    return true;
}

int ranks_end(ranks *all, int code)
{
    (void)all;
    return code;
}

#endif
