#include "experiments/sweep.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static rill_status out_of_memory(rill_error *error)
{
    return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
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
        return rill_error_set(error, RILL_INVALID, "", "no agents[%d]: there %s %d", (int)*agent,
                              n_agents == 1 ? "is" : "are", (int)n_agents);
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

/// Short names, longer where two paths of an agent would have the same. Refuses a path that is set twice.
static rill_status name_paths(const sweep *s, rill_error *error)
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
                        if (other == path || !can_meet(path, other)) {
                            continue;
                        }
                        is_alone = is_alone && strcmp(name, path->name) != 0;
                        if (strcmp(other->rest, path->rest) == 0) {
                            char place[32];
                            snprintf(place, sizeof place, "sweep[%d]", (int)(j > i ? j : i));
                            return rill_error_set(error, RILL_INVALID, place,
                                                  "\"%.80s\" is set twice, by \"%.80s\" too",
                                                  path->text, other->text);
                        }
                    }
                }
            }
        }
    }
    return RILL_OK;
}

/// A value in few characters.
static void write_value(const cJSON *value, int digits, char *text, size_t size)
{
    if (cJSON_IsNumber(value)) {
        snprintf(text, size, "%.*g", digits, value->valuedouble);
        return;
    }
    char *json = cJSON_IsString(value) ? NULL : cJSON_PrintUnformatted(value);
    snprintf(text, size, "%.60s",
             cJSON_IsString(value) ? value->valuestring
             : json == NULL        ? "?"
                                   : json);
    free(json);
}

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
                    char a[80], b[80];
                    if (!cJSON_IsNumber(points[i]) || !cJSON_IsNumber(points[j]) ||
                        points[i]->valuedouble == points[j]->valuedouble) {
                        continue;
                    }
                    write_value(points[i], digits, a, sizeof a);
                    write_value(points[j], digits, b, sizeof b);
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
        for (int32_t p = 0; p < axis->n_paths && status == RILL_OK; p++) {
            status = read_path(&axis->paths[p], labels, n_agents, error);
        }
        if (status != RILL_OK) {
            char place[32];
            snprintf(place, sizeof place, "sweep[%d]", (int)i);
            return rill_error_prefix(error, status, place);
        }
        choose_digits(axis);
    }
    return name_paths(s, error);
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

rill_status sweep_apply(const sweep *s, int32_t agent, int64_t point, cJSON *tree, cJSON **settings,
                        char **label, rill_error *error)
{
    enum { LABEL_SIZE = 1024 };
    size_t used = 0;
    int32_t *at = split(s, agent, point);
    *settings = cJSON_CreateObject();
    *label = calloc(1, LABEL_SIZE);
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
            char place[512], text[80];
            snprintf(place, sizeof place, "%s%s",
                     path->agent == SWEEP_ENVIRONMENT ? "" : "agents[0]", path->rest);
            status = json_set(tree, place, cJSON_Duplicate(value, true), error);
            cJSON_AddItemToObject(*settings, path->text, cJSON_Duplicate(value, true));
            write_value(value, path->digits, text, sizeof text);
            if (used < LABEL_SIZE - 160) {
                used +=
                    (size_t)snprintf(*label + used, LABEL_SIZE - used, ", %s=%s", path->name, text);
            }
        }
    }
    free(at);
    return status;
}

/// Whether one path is the other or leads to it.
static bool is_under(const char *path, const char *above)
{
    const size_t length = strlen(above);
    return strncmp(path, above, length) == 0 && strchr(".[", path[length]) != NULL;
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
    int32_t *at = error == NULL ? NULL : split(s, agent, point);
    for (int32_t i = 0; i < s->n_axes && at != NULL; i++) {
        for (int32_t p = 0; p < s->axes[i].n_paths && at[i] >= 0; p++) {
            const sweep_path *path = &s->axes[i].paths[p];
            char place[512];
            write_place(path, agent, place, sizeof place);
            if (is_about(path, agent) && is_under(error->path, place)) {
                const rill_error cause = *error;
                char text[80];
                write_value(value_of(&s->axes[i], p, at[i]), 15, text, sizeof text);
                const char *rest = cause.path + strlen(place); // a place inside the value
                rest += *rest == '.';
                snprintf(place, sizeof place, "sweep[%d]", (int)i);
                rill_error_set(error, status, place, "%.200s = %s: %.100s%s%.400s", path->text,
                               text, rest, *rest == '\0' ? "" : ": ", cause.message);
                free(at);
                return status;
            }
        }
    }
    const size_t used = error == NULL ? 0 : strlen(error->message);
    if (at != NULL && s->n_axes > 0) { // what the sweep has set may be the reason all the same
        snprintf(error->message + used, sizeof error->message - used, " (in \"%.200s\")", label);
    }
    free(at);
    return status;
}
