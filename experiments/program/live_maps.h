/// Maps of grid worlds that show, while runs are under way, what the agents of these have learned by then.
#ifndef RILL_PROGRAM_LIVE_MAPS_H
#define RILL_PROGRAM_LIVE_MAPS_H

#include <rill/experiment.h>
#include <rill/text_view.h>
#include <stdio.h>

typedef struct live_maps live_maps;

/// One for each of the first variants, as many as a screen has room for. The experiment must be there as long.
/// RILL_INVALID where an environment is no grid, RILL_NO_MEMORY.
rill_status live_maps_open(live_maps **out, const rill_experiment *experiment, rill_error *error);
/// NULL is fine.
void live_maps_close(live_maps *maps);

/// The agents that are drawn, for `rill_run_options`: (n_variants), NULL for a variant without a map.
rill_agent *const *live_maps_onlookers(const live_maps *maps);

/// Lines that the map of a variant takes with its title; 0: there is none, or no room in so many columns.
int live_maps_height(const live_maps *maps, int32_t variant, int columns);
/// Draws it, as the agent that is its onlooker has learned by now.
void live_maps_draw(live_maps *maps, int32_t variant, const rill_text_view *style, FILE *stream);

#endif
