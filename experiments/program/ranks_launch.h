/// What the environment says about the launcher of this process.
#ifndef RILL_RANKS_LAUNCH_H
#define RILL_RANKS_LAUNCH_H

#include <stdint.h>

typedef struct ranks_launch {
    int32_t rank, count; ///< 0 and 1 when there is no launcher
} ranks_launch;

/// Looks for the variables of Open MPI, of MPICH and its descendants, and of Slurm.
ranks_launch ranks_launch_find(void);

#endif
