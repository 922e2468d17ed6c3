-- grain: one row per user with Copilot activity on one day; `line` is the vendor's JSON and its line end
-- Of each day there are two reports: the first, and the restated one, from which a few users have gone.
with users as (
    select
        number,
        number * 512 + date_diff('day', getvariable('first_day')::date, getvariable('report_day')::date) as day_key
    from developers
    where isodow(getvariable('report_day')::date) < 6
),

active as (
    select
        *,
        1 + whole(day_key, 'chats', 12) as chats,
        5 + whole(day_key, 'shown', 60) as shown
    from users
    where draw(day_key, 'copilot') < 0.6
    qualify not getvariable('is_restated') or row_number() over (order by number) % 10 <> 1
)

select
    '{"user_id": ' || 9000000 + number || ', "user_login": "workload-' || number || '", "day": "'
    || getvariable('report_day') || '", "enterprise_id": "4242", "user_initiated_interaction_count": ' || chats
    || ', "code_generation_activity_count": ' || shown || ', "code_acceptance_activity_count": ' || shown // 3
    || ', "loc_suggested_to_add_sum": ' || shown * 3 || ', "loc_suggested_to_delete_sum": 0, "loc_added_sum": ' || shown
    || ', "loc_deleted_sum": 0, "used_agent": false, "used_chat": true, "used_cli": false'
    || ', "totals_by_feature": [{"feature": "code_completion", "code_generation_activity_count": ' || shown
    || ', "code_acceptance_activity_count": ' || shown // 3 || ', "loc_added_sum": ' || shown || '}'
    || ', {"feature": "chat_panel_ask_mode", "user_initiated_interaction_count": ' || chats || '}]'
    || ', "totals_by_model_feature": [{"model": "gpt-5.2", "feature": "chat_panel_ask_mode"'
    || ', "user_initiated_interaction_count": ' || chats || E'}]}\n' as line
from active
order by number;
