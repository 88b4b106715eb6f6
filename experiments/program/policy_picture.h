/// What an agent of a grid world has learned, as a picture in a terminal: its greedy policy and the way that
/// takes, or its values.
#ifndef RILL_PROGRAM_POLICY_PICTURE_H
#define RILL_PROGRAM_POLICY_PICTURE_H

#include <rill/agent.h>
#include <rill/env.h>
#include <rill/text_view.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct policy_picture {
    const rill_env *env;  ///< the world, not owned
    bool shows_policy;    ///< else values
    uint8_t *is_decision; ///< (n_states) where there is a choice
    double *row;          ///< (n_values) room for the estimates of a state
    double *values;       ///< (n_states) as they were looked at last; NaN: none
    int32_t *policy;      ///< (n_states) likewise; -1: none
    int32_t *path;        ///< (n_path) of the greedy policy from a start state
    int32_t n_path;       ///< 0: it does not reach an end
} policy_picture;

/// Whether there can be a picture of a world: it is a grid, and finite.
bool policy_picture_is_possible(const rill_env *env);

/// Gets ready for agents of one wiring. To be closed also after an error. RILL_NO_MEMORY.
rill_status policy_picture_open(policy_picture *picture, const rill_env *env,
                                const rill_agent *agent, bool shows_policy, rill_error *error);
void policy_picture_close(policy_picture *picture);

/// Takes over what an agent has learned. RILL_NO_MEMORY.
rill_status policy_picture_look(policy_picture *picture, const rill_agent *agent,
                                rill_error *error);
/// Draws it, with what `style` says of signs, colours and room. RILL_NO_MEMORY.
rill_status policy_picture_draw(const policy_picture *picture, const rill_text_view *style,
                                FILE *stream, rill_error *error);

#endif
