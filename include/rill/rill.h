/// rill: reinforcement learning in C. The whole library, by one include.
#ifndef RILL_RILL_H
#define RILL_RILL_H

#include <rill/actor.h>
#include <rill/agent.h>
#include <rill/agent_define.h>
#include <rill/arena.h>
#include <rill/batch.h>
#include <rill/canvas.h>
#include <rill/distribution.h>
#include <rill/env.h>
#include <rill/env_define.h>
#include <rill/estimator.h>
#include <rill/features.h>
#include <rill/grid.h>
#include <rill/history.h>
#include <rill/linear.h>
#include <rill/math.h>
#include <rill/model.h>
#include <rill/optimiser.h>
#include <rill/outcome.h>
#include <rill/param.h>
#include <rill/policy.h>
#include <rill/rng.h>
#include <rill/schedule.h>
#include <rill/space.h>
#include <rill/status.h>
#include <rill/tiles.h>
#include <rill/trace.h>
#include <rill/version.h>
#include <rill/wrapper.h>

#endif
