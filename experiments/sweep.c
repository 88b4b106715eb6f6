#include "experiments/sweep.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static rill_status out_of_memory(rill_error *error)
{
    return rill_error_no_memory(error);
}

/// The agent that the text between brackets names: a position, a label, or * for all.
static rill_status read_agent(const char *text, size_t length, const char *const *labels,
                              int32_t n_agents, int32_t *agent, rill_error *error)
{
    char name[128];
    snprintf(name, sizeof name, "%.*s", (int)length, text);
    if (strcmp(name, "*") == 0) {
        *agent = SWEEP_ALL_AGENTS;
        return RILL_OK;
    }
    for (int32_t i = 0; i < n_agents; i++) {
        if (strlen(labels[i]) == length && strncmp(labels[i], text, length) == 0) {
            *agent = i;
            return RILL_OK;
        }
    }
    if (length > 0 && length < 10 && strspn(text, "0123456789") == length) {
        *agent = (int32_t)strtol(text, NULL, 10);
        if (*agent < n_agents) {
            return RILL_OK;
        }
        return rill_error_set(error, RILL_INVALID, "", "no agents[%d]: there %s %d, from agents[0]",
                              (int)*agent, n_agents == 1 ? "is" : "are", (int)n_agents);
    }
    const char *nearest = rill_nearest_name(name, labels);
    return rill_error_set(
        error, RILL_INVALID, "",
        "no agent \"%.60s\"; write agents[0], agents[*] for all, or a label in the "
        "brackets, as in agents[%.60s]",
        name, nearest == NULL ? labels[0] : nearest);
}

/// Finds out what a path is about.
static rill_status read_path(sweep_path *path, const char *const *labels, int32_t n_agents,
                             rill_error *error)
{
    static const char agents[] = "agents[";
    static const char environment[] = "environment.";
    const char *text = path->text;
    if (strncmp(text, environment, sizeof environment - 1) == 0) {
        path->agent = SWEEP_ENVIRONMENT;
        path->rest = text;
        return RILL_OK;
    }
    const bool is_agent = strncmp(text, agents, sizeof agents - 1) == 0;
    const char *name = text + sizeof agents - 1;
    const char *end = is_agent ? strstr(name, "].") : NULL;
    if (end == NULL || end[2] == '\0') {
        return rill_error_set(error, RILL_INVALID, "",
                              "\"%.60s\" is no path of a sweep; these begin with \"agents[0].\", "
                              "\"agents[*].\" or \"environment.\", as in agents[*].params.alpha",
                              text);
    }
    path->rest = end + 1;
    if (strcmp(path->rest, ".label") == 0) {
        return rill_error_set(error, RILL_INVALID, "",
                              "a sweep gives its agents labels of their own: \"Sarsa, alpha=0.1\"");
    }
    return read_agent(name, (size_t)(end - name), labels, n_agents, &path->agent, error);
}

void sweep_name(const char *rest, int n_members, char name[48])
{
    char text[256];
    const bool is_agent = strcmp(rest, ".id") == 0;
    snprintf(text, sizeof text, "%s", is_agent ? "agent" : rest[0] == '.' ? rest + 1 : rest);
    size_t length = strlen(text);
    if (length > 3 && strcmp(text + length - 3, ".id") == 0) {
        text[length - 3] = '\0';
    }
    for (char *params; (params = strstr(text, "params.")) != NULL;) {
        memmove(params, params + 7, strlen(params + 7) + 1);
    }
    const char *start = text + strlen(text);
    while (start > text && (start[-1] != '.' || --n_members > 0)) {
        start--;
    }
    snprintf(name, 48, "%.47s", start);
}

/// Whether two paths can be about the same agent.
static bool can_meet(const sweep_path *a, const sweep_path *b)
{
    return a->agent == b->agent || a->agent < 0 || b->agent < 0;
}

/// Whether one path is the other or leads to it.
static bool is_under(const char *path, const char *above)
{
    const size_t length = strlen(above);
    return strncmp(path, above, length) == 0 && strchr(".[", path[length]) != NULL;
}

/// Where a path stands in the file, or with a `point` from 0 the value that it gets there.
static void place_path(const sweep *s, int32_t axis, int32_t path, int32_t point, char place[512])
{
    const char *key = s->axes[axis].key;
    const char *text = s->axes[axis].paths[path].text;
    if (strcmp(key, "zip") == 0 && point >= 0) {
        snprintf(place, 512, "sweep[%d].zip.%.400s[%d]", (int)axis, text, (int)point);
    } else if (strcmp(key, "zip") == 0 || strcmp(key, "random") == 0) {
        snprintf(place, 512, "sweep[%d].%s.%.400s", (int)axis, key, text);
    } else if (point < 0) {
        snprintf(place, 512, "sweep[%d].path", (int)axis);
    } else if (strcmp(key, "values") == 0) {
        snprintf(place, 512, "sweep[%d].values[%d]", (int)axis, (int)point);
    } else {
        snprintf(place, 512, "sweep[%d]", (int)axis);
    }
}

/// Refuses a path that is set twice, and one that replaces what another has set before, so that its setting
/// would be told and not be there.
static rill_status check_pair(const sweep *s, int32_t i, int32_t p, int32_t j, int32_t q,
                              rill_error *error)
{
    const sweep_path *first = &s->axes[i].paths[p];
    const sweep_path *then = &s->axes[j].paths[q];
    char place[512];
    if (!can_meet(first, then) || !is_under(first->rest, then->rest)) {
        return RILL_OK;
    }
    place_path(s, j, q, -1, place);
    return strcmp(first->rest, then->rest) == 0
               ? rill_error_set(error, RILL_INVALID, place,
                                "\"%.80s\" is set twice, by \"%.80s\" too", then->text, first->text)
               : rill_error_set(
                     error, RILL_INVALID, place,
                     "\"%.80s\" would replace what \"%.80s\" has set; put it in front of that",
                     then->text, first->text);
}

/// Checks each path against those before it.
static rill_status check_pairs(const sweep *s, rill_error *error)
{
    rill_status status = RILL_OK;
    for (int32_t j = 0; j < s->n_axes; j++) {
        for (int32_t q = 0; q < s->axes[j].n_paths; q++) {
            for (int32_t i = 0; i <= j; i++) {
                const int32_t end = i < j ? s->axes[i].n_paths : q;
                for (int32_t p = 0; p < end && status == RILL_OK; p++) {
                    status = check_pair(s, i, p, j, q, error);
                }
            }
        }
    }
    return status;
}

/// Short names, longer where two paths of an agent would have the same.
static void name_paths(const sweep *s)
{
    enum { MAX_MEMBERS = 4 };
    for (int32_t i = 0; i < s->n_axes; i++) {
        for (int32_t p = 0; p < s->axes[i].n_paths; p++) {
            sweep_path *path = &s->axes[i].paths[p];
            bool is_alone = false;
            for (int n = 1; n <= MAX_MEMBERS && !is_alone; n++) {
                is_alone = true;
                sweep_name(path->rest, n, path->name);
                for (int32_t j = 0; j < s->n_axes; j++) {
                    for (int32_t q = 0; q < s->axes[j].n_paths; q++) {
                        const sweep_path *other = &s->axes[j].paths[q];
                        char name[48];
                        sweep_name(other->rest, n, name);
                        is_alone = is_alone && (other == path || !can_meet(path, other) ||
                                                strcmp(name, path->name) != 0);
                    }
                }
            }
        }
    }
}

enum { VALUE_SIZE = 61 };

/// Whether all numbers are exact with so many digits.
static bool are_exact(cJSON *const *points, int32_t n, int digits)
{
    for (int32_t i = 0; i < n; i++) {
        char text[40];
        if (cJSON_IsNumber(points[i])) {
            snprintf(text, sizeof text, "%.*g", digits, points[i]->valuedouble);
            if (strtod(text, NULL) != points[i]->valuedouble) {
                return false;
            }
        }
    }
    return true;
}

/// Digits for the numbers of each path: all where these are few, otherwise 4, or as many more as tell the
/// numbers apart.
static void choose_digits(sweep_axis *axis)
{
    enum { FEW = 4, EXACT = 7, ALL = 17, MANY_POINTS = 1000 };
    for (int32_t p = 0; p < axis->n_paths; p++) {
        cJSON **points = axis->points + (ptrdiff_t)p * axis->n_points;
        int digits = axis->n_points > MANY_POINTS ? ALL : FEW;
        if (are_exact(points, axis->n_points, EXACT)) {
            axis->paths[p].digits = EXACT;
            continue;
        }
        for (bool is_told = false; !is_told && digits < ALL; digits += !is_told) {
            is_told = true;
            for (int32_t i = 0; i < axis->n_points && is_told; i++) {
                for (int32_t j = 0; j < i && is_told; j++) {
                    char a[VALUE_SIZE], b[VALUE_SIZE];
                    if (!cJSON_IsNumber(points[i]) || !cJSON_IsNumber(points[j]) ||
                        points[i]->valuedouble == points[j]->valuedouble) {
                        continue;
                    }
                    json_write_short(points[i], digits, a, sizeof a);
                    json_write_short(points[j], digits, b, sizeof b);
                    is_told = strcmp(a, b) != 0;
                }
            }
        }
        axis->paths[p].digits = digits;
    }
}

rill_status sweep_read(sweep *s, const cJSON *root, const char *const *labels, int32_t n_agents,
                       uint64_t seed, rill_error *error)
{
    *s = (sweep){NULL, 0};
    const cJSON *json = NULL;
    const cJSON *element = NULL;
    rill_status status = json_get_array(root, "sweep", false, &json, error);
    if (status != RILL_OK || json == NULL) {
        return status;
    }
    s->axes = calloc((size_t)cJSON_GetArraySize(json) + 1, sizeof *s->axes);
    if (s->axes == NULL) {
        return out_of_memory(error);
    }
    cJSON_ArrayForEach (element, json) {
        const int32_t i = s->n_axes++; // counted first: a half-read one is freed too
        sweep_axis *axis = &s->axes[i];
        status = sweep_axis_read(axis, element, i, seed, error);
        if (status != RILL_OK) {
            char place[32];
            snprintf(place, sizeof place, "sweep[%d]", (int)i);
            return rill_error_prefix(error, status, place);
        }
        for (int32_t p = 0; p < axis->n_paths; p++) {
            status = read_path(&axis->paths[p], labels, n_agents, error);
            if (status != RILL_OK) {
                char place[512];
                place_path(s, i, p, -1, place);
                return rill_error_prefix(error, status, place);
            }
        }
        choose_digits(axis);
    }
    name_paths(s);
    return check_pairs(s, error);
}

void sweep_clear(sweep *s)
{
    for (int32_t i = 0; i < s->n_axes; i++) {
        sweep_axis *axis = &s->axes[i];
        for (int32_t p = 0; p < axis->n_paths; p++) {
            free(axis->paths[p].text);
            cJSON_Delete(axis->values[p]);
        }
        free(axis->paths);
        free(axis->values);
        free(axis->points);
    }
    free(s->axes);
    *s = (sweep){NULL, 0};
}

static bool is_about(const sweep_path *path, int32_t agent)
{
    return path->agent < 0 || path->agent == agent;
}

static bool concerns(const sweep_axis *axis, int32_t agent)
{
    for (int32_t p = 0; p < axis->n_paths; p++) {
        if (is_about(&axis->paths[p], agent)) {
            return true;
        }
    }
    return false;
}

int64_t sweep_count(const sweep *s, int32_t agent)
{
    enum { TOO_MANY = 1 << 30 };
    int64_t count = 1;
    for (int32_t i = 0; i < s->n_axes; i++) {
        count *= concerns(&s->axes[i], agent) ? s->axes[i].n_points : 1;
        count = count > TOO_MANY ? TOO_MANY : count;
    }
    return count;
}

/// The point of each axis in a setting of an agent; -1 for an axis that is not about it. (n_axes), to be
/// freed; NULL without memory.
static int32_t *split(const sweep *s, int32_t agent, int64_t point)
{
    int32_t *at = malloc(((size_t)s->n_axes + 1) * sizeof *at);
    for (int32_t i = s->n_axes - 1; i >= 0 && at != NULL; i--) {
        const bool is_ours = concerns(&s->axes[i], agent);
        at[i] = is_ours ? (int32_t)(point % s->axes[i].n_points) : -1;
        point /= is_ours ? s->axes[i].n_points : 1;
    }
    return at;
}

static const cJSON *value_of(const sweep_axis *axis, int32_t path, int32_t point)
{
    return axis->points[(ptrdiff_t)path * axis->n_points + point];
}

/// Where a path leads in the whole file, for an agent.
static void write_place(const sweep_path *path, int32_t agent, char *place, size_t size)
{
    if (path->agent == SWEEP_ENVIRONMENT) {
        snprintf(place, size, "%s", path->rest);
    } else {
        snprintf(place, size, "agents[%d]%s", (int)agent, path->rest);
    }
}

rill_status sweep_apply(const sweep *s, int32_t agent, int64_t point, cJSON *tree, cJSON **settings,
                        char **label, rill_error *error)
{
    size_t size = 1;
    for (int32_t i = 0; i < s->n_axes; i++) {
        size += (size_t)s->axes[i].n_paths * (sizeof s->axes->paths->name + VALUE_SIZE + 3);
    }
    size_t used = 0;
    int32_t *at = split(s, agent, point);
    *settings = cJSON_CreateObject();
    *label = calloc(1, size);
    rill_status status =
        at == NULL || *settings == NULL || *label == NULL ? out_of_memory(error) : RILL_OK;
    for (int32_t i = 0; i < s->n_axes && status == RILL_OK; i++) {
        const sweep_axis *axis = &s->axes[i];
        for (int32_t p = 0; p < axis->n_paths && at[i] >= 0 && status == RILL_OK; p++) {
            const sweep_path *path = &axis->paths[p];
            if (!is_about(path, agent)) {
                continue;
            }
            const cJSON *value = value_of(axis, p, at[i]);
            char place[512], text[VALUE_SIZE];
            write_place(path, 0, place, sizeof place);
            status = json_set(tree, place, cJSON_Duplicate(value, true), error);
            if (status == RILL_INVALID && error != NULL) {
                const rill_error cause = *error;
                place_path(s, i, p, -1, place);
                rill_error_set(error, status, place, "\"%.200s\": %.400s", path->text,
                               cause.message);
            }
            cJSON_AddItemToObject(*settings, path->text, cJSON_Duplicate(value, true));
            json_write_short(value, path->digits, text, sizeof text);
            used += (size_t)snprintf(*label + used, size - used, ", %s=%s", path->name, text);
        }
    }
    free(at);
    return status;
}

/// Moves an error to the path, or the value of a path, that it is about; false where it is not about this one.
static bool blame_path(const sweep *s, int32_t axis, int32_t p, int32_t agent, int32_t point,
                       rill_error *error)
{
    const sweep_path *path = &s->axes[axis].paths[p];
    const rill_error cause = *error;
    char place[512], target[512];
    write_place(path, agent, target, sizeof target);
    if (cause.is_of_name && is_under(target, cause.path)) {
        const bool is_last = strcmp(target, cause.path) == 0;
        const char *name = strrchr(cause.path, '.');
        place_path(s, axis, p, -1, place);
        rill_error_set(error, cause.status, place, "\"%.200s\": %.60s%s%.400s", path->text,
                       is_last || name == NULL ? "" : name + 1, is_last ? "" : ": ", cause.message);
        return true;
    }
    if (!is_under(cause.path, target)) {
        return false;
    }
    char text[VALUE_SIZE];
    json_write_short(value_of(&s->axes[axis], p, point), 15, text, sizeof text);
    const char *rest = cause.path + strlen(target); // a place inside the value
    rest += *rest == '.';
    place_path(s, axis, p, point, place);
    rill_error_set(error, cause.status, place, "%.200s = %s: %.100s%s%.400s", path->text, text,
                   rest, *rest == '\0' ? "" : ": ", cause.message);
    return true;
}

/// The path by which the sweep sets what is at or under a place; NULL where none does.
static const sweep_path *find_path(const sweep *s, int32_t n_agents, const char *place)
{
    for (int32_t i = 0; i < s->n_axes; i++) {
        for (int32_t p = 0; p < s->axes[i].n_paths; p++) {
            const sweep_path *path = &s->axes[i].paths[p];
            for (int32_t agent = 0; agent < n_agents; agent++) {
                char above[512];
                write_place(path, agent, above, sizeof above);
                if (is_about(path, agent) && is_under(place, above)) {
                    return path;
                }
            }
        }
    }
    return NULL;
}

rill_status sweep_check_overrides(const sweep *s, int32_t n_agents, const char *const *overrides,
                                  rill_error *error)
{
    for (; overrides != NULL && *overrides != NULL; overrides++) {
        char place[512];
        snprintf(place, sizeof place, "%.*s", (int)strcspn(*overrides, "="), *overrides);
        const sweep_path *path = find_path(s, n_agents, place);
        if (path != NULL) {
            return rill_error_set(error, RILL_INVALID, place,
                                  "the sweep sets it (\"%.200s\"), and would set it after this; "
                                  "change the sweep, or leave it out with --set 'sweep=[]'",
                                  path->text);
        }
    }
    return RILL_OK;
}

rill_status sweep_blame(const sweep *s, int32_t agent, int64_t point, const char *label,
                        rill_error *error, rill_status status)
{
    int32_t *at = error == NULL || s->n_axes == 0 ? NULL : split(s, agent, point);
    if (at == NULL) {
        return status;
    }
    bool is_found = false;
    int32_t n_set = 0;
    for (int32_t i = 0; i < s->n_axes; i++) {
        for (int32_t p = 0; p < s->axes[i].n_paths; p++) {
            const bool is_set = at[i] >= 0 && is_about(&s->axes[i].paths[p], agent);
            n_set += is_set;
            is_found = is_found || (is_set && blame_path(s, i, p, agent, at[i], error));
        }
    }
    free(at);
    if (!is_found || n_set > 1) { // another setting may be the reason
        const size_t used = strlen(error->message);
        snprintf(error->message + used, sizeof error->message - used, " (in \"%.200s\")", label);
    }
    return status;
}
