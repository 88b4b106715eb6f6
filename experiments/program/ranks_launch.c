#include "experiments/program/ranks_launch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

/// A number in the environment; `otherwise` when there is none.
static int32_t number_of(const char *name, int32_t otherwise)
{
    const char *text = getenv(name);
    char *end = NULL;
    const long number = text == NULL ? 0 : strtol(text, &end, 10);
    const bool is_number = text != NULL && end != text && *end == '\0';
    return is_number && number >= 0 && number < INT32_MAX ? (int32_t)number : otherwise;
}

ranks_launch ranks_launch_find(void)
{
    static const struct {
        const char *count, *rank;
    } launchers[] = {
        {"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"}, // Open MPI
        {"PMI_SIZE", "PMI_RANK"},                         // MPICH, Intel MPI, srun --mpi=pmi2
        {"SLURM_STEP_NUM_TASKS", "PMIX_RANK"},            // srun --mpi=pmix
    };
    for (size_t i = 0; i < sizeof launchers / sizeof launchers[0]; i++) {
        const ranks_launch found = {number_of(launchers[i].rank, -1),
                                    number_of(launchers[i].count, -1)};
        if (found.rank >= 0 && found.count > found.rank) {
            return found;
        }
    }
    return (ranks_launch){0, 1};
}
