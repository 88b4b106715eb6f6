#include "experiments/experiment_merge.h"

#include <stdbool.h>
#include <string.h>

static const char *text_of(const cJSON *object, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
}

/// Whether an object is about another thing than that of the base.
static bool has_other_id(const cJSON *json, const cJSON *base)
{
    const char *id = text_of(json, "id"), *base_id = text_of(base, "id");
    return id != NULL && base_id != NULL && strcmp(id, base_id) != 0;
}

static const char *label_of(const cJSON *agent)
{
    const char *label = text_of(agent, "label");
    return label == NULL ? text_of(agent, "id") : label;
}

static void extend_object(cJSON *json, cJSON *base, bool is_params);

static void extend_agents(cJSON *agents, const cJSON *base)
{
    cJSON *agent = NULL;
    cJSON_ArrayForEach (agent, agents) {
        const char *label = label_of(agent);
        cJSON *other = NULL;
        cJSON_ArrayForEach (other, base) {
            const char *other_label = label_of(other);
            if (label != NULL && other_label != NULL && strcmp(label, other_label) == 0 &&
                cJSON_IsObject(agent) && cJSON_IsObject(other)) {
                extend_object(agent, other, false);
                break;
            }
        }
    }
}

/// Of two values of one key.
static void extend_value(cJSON *json, cJSON *base, bool is_param)
{
    const char *key = json->string;
    if (cJSON_IsObject(json) && cJSON_IsObject(base) && !is_param) {
        extend_object(json, base, strcmp(key, "params") == 0);
    } else if (cJSON_IsArray(json) && cJSON_IsArray(base) && strcmp(key, "agents") == 0) {
        extend_agents(json, base);
    }
}

static void extend_object(cJSON *json, cJSON *base, bool is_params)
{
    if (!is_params && has_other_id(json, base)) {
        return;
    }
    for (cJSON *member = base->child, *next = NULL; member != NULL; member = next) {
        next = member->next;
        cJSON *own = cJSON_GetObjectItemCaseSensitive(json, member->string);
        if (own == NULL) {
            // as to an array: the member keeps its key, and its address
            cJSON_AddItemToArray(json, cJSON_DetachItemViaPointer(base, member));
        } else {
            extend_value(own, member, is_params);
        }
    }
    for (cJSON *member = json->child, *next = NULL; member != NULL; member = next) {
        next = member->next;
        if (cJSON_IsNull(member)) {
            cJSON_Delete(cJSON_DetachItemViaPointer(json, member));
        }
    }
}

void experiment_extend(cJSON *json, cJSON *base)
{
    if (cJSON_IsObject(json) && cJSON_IsObject(base)) {
        extend_object(json, base, false);
    }
}
