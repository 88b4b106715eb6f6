#include "experiments/run_list.h"

#include <stdlib.h>

bool run_list_append(run_list *list, const rill_run *run)
{
    if (list->n == list->capacity) {
        const size_t capacity = list->capacity == 0 ? 64 : 2 * list->capacity;
        rill_run *runs = realloc(list->runs, capacity * sizeof *runs);
        if (runs == NULL) {
            return false;
        }
        list->runs = runs;
        list->capacity = capacity;
    }
    list->runs[list->n++] = *run;
    list->bytes += run->n_values * sizeof(double);
    for (size_t i = 0; i < run->n_series; i++) {
        list->bytes += run->series[i].capacity * sizeof(double);
    }
    return true;
}

void run_list_clear(run_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        rill_run_clear(&list->runs[i]);
    }
    list->n = 0;
    list->bytes = 0;
}
