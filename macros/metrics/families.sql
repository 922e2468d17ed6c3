{#- Written from metrics/families by `python -m orchestration.kits`. -#}


{% macro account_measures() -%}
    {{ return([
        {'name': 'accounts', 'gives': 'active', 'kind': 'people', 'unit': 'count', 'additive': true, 'tie': 'accounts', 'part': none, 'part_total': false, 'group': 'accounts'},
        {'name': 'user_messages', 'gives': 'messages', 'kind': 'total', 'unit': 'count', 'additive': true, 'tie': 'messages', 'part': none, 'part_total': false, 'group': 'messages'},
        {'name': 'measured_messages', 'gives': 'prompts', 'kind': 'total', 'unit': 'count', 'additive': true, 'tie': 'messages', 'part': 'prompt_length', 'part_total': true, 'group': 'messages'},
        {'name': 'short_prompts', 'gives': 'prompts', 'kind': 'total', 'unit': 'count', 'additive': true, 'tie': 'short_prompts', 'part': 'prompt_length', 'part_total': false, 'group': 'messages'},
        {'name': 'medium_prompts', 'gives': 'prompts', 'kind': 'total', 'unit': 'count', 'additive': true, 'tie': 'medium_prompts', 'part': 'prompt_length', 'part_total': false, 'group': 'messages'},
        {'name': 'long_prompts', 'gives': 'prompts', 'kind': 'total', 'unit': 'count', 'additive': true, 'tie': 'long_prompts', 'part': 'prompt_length', 'part_total': false, 'group': 'messages'},
        {'name': 'prompt_chars', 'gives': 'prompts', 'kind': 'total', 'unit': 'count', 'additive': true, 'tie': 'prompt_chars', 'part': none, 'part_total': false, 'group': 'prompt_chars'},
        {'name': 'sessions', 'gives': 'sessions', 'kind': 'total', 'unit': 'count', 'additive': true, 'tie': 'sessions', 'part': none, 'part_total': false, 'group': 'sessions'},
        {'name': 'suggestions_shown', 'gives': 'suggestions', 'kind': 'total', 'unit': 'count', 'additive': true, 'tie': 'suggestions_shown', 'part': none, 'part_total': false, 'group': 'suggestions_shown'},
        {'name': 'suggestions_accepted', 'gives': 'suggestions', 'kind': 'total', 'unit': 'count', 'additive': true, 'tie': 'suggestions_accepted', 'part': none, 'part_total': false, 'group': 'suggestions_accepted'},
        {'name': 'input_tokens', 'gives': 'input_tokens', 'kind': 'total', 'unit': 'tokens', 'additive': true, 'tie': 'input_tokens', 'part': none, 'part_total': false, 'group': 'input_tokens'},
        {'name': 'cached_input_tokens', 'gives': 'cached_input_tokens', 'kind': 'total', 'unit': 'tokens', 'additive': true, 'tie': 'cached_input_tokens', 'part': none, 'part_total': false, 'group': 'cached_input_tokens'},
        {'name': 'cache_write_tokens', 'gives': 'cache_write_tokens', 'kind': 'total', 'unit': 'tokens', 'additive': true, 'tie': 'cache_write_tokens', 'part': none, 'part_total': false, 'group': 'cache_write_tokens'},
        {'name': 'output_tokens', 'gives': 'output_tokens', 'kind': 'total', 'unit': 'tokens', 'additive': true, 'tie': 'output_tokens', 'part': none, 'part_total': false, 'group': 'output_tokens'},
        {'name': 'reasoning_tokens', 'gives': 'reasoning_tokens', 'kind': 'total', 'unit': 'tokens', 'additive': true, 'tie': 'reasoning_tokens', 'part': none, 'part_total': false, 'group': 'reasoning_tokens'},
        {'name': 'unsplit_tokens', 'gives': 'unsplit_tokens', 'kind': 'total', 'unit': 'tokens', 'additive': true, 'tie': 'unsplit_tokens', 'part': none, 'part_total': false, 'group': 'unsplit_tokens'},
        {'name': 'credits', 'gives': 'credits', 'kind': 'total', 'unit': 'money', 'additive': true, 'tie': 'credits', 'part': none, 'part_total': false, 'group': 'credits'},
    ]) }}
{%- endmacro %}


{% macro cost_measures() -%}
    {{ return([
        {'name': 'cost', 'gives': 'cost', 'kind': 'total', 'unit': 'money', 'additive': true, 'tie': 'cost', 'part': none, 'part_total': false, 'group': 'cost'},
        {'name': 'metered_tokens', 'gives': 'cost', 'kind': 'total', 'unit': 'count', 'additive': true, 'tie': 'metered_tokens', 'part': 'pricing', 'part_total': true, 'group': 'metered_tokens'},
        {'name': 'unpriced_tokens', 'gives': 'cost', 'kind': 'total', 'unit': 'count', 'additive': true, 'tie': 'unpriced_tokens', 'part': 'pricing', 'part_total': false, 'group': 'metered_tokens'},
        {'name': 'priced_tokens', 'gives': 'cost', 'kind': 'total', 'unit': 'count', 'additive': true, 'tie': 'priced_tokens', 'part': 'pricing', 'part_total': false, 'group': 'metered_tokens'},
    ]) }}
{%- endmacro %}


{% macro feature_measures() -%}
    {{ return([
        {'name': 'feature_people', 'gives': 'active', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'feature_people', 'part': none, 'part_total': false, 'group': 'features'},
    ]) }}
{%- endmacro %}


{% macro model_measures() -%}
    {{ return([
        {'name': 'model_use', 'gives': 'models', 'kind': 'total', 'unit': 'count', 'additive': false, 'tie': 'model_use', 'part': 'model_family', 'part_total': false, 'group': 'sessions'},
    ]) }}
{%- endmacro %}


{% macro power_measures() -%}
    {{ return([
        {'name': 'power_people', 'gives': 'messages', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'power_people', 'part': none, 'part_total': false, 'group': 'power_users'},
        {'name': 'sender_messages', 'gives': 'messages', 'kind': 'total', 'unit': 'count', 'additive': false, 'tie': 'messages', 'part': 'power_messages', 'part_total': true, 'group': 'messages'},
        {'name': 'power_messages', 'gives': 'messages', 'kind': 'total', 'unit': 'count', 'additive': false, 'tie': 'power_messages', 'part': 'power_messages', 'part_total': false, 'group': 'power_users'},
        {'name': 'other_messages', 'gives': 'messages', 'kind': 'total', 'unit': 'count', 'additive': false, 'tie': 'other_messages', 'part': 'power_messages', 'part_total': false, 'group': 'power_users'},
        {'name': 'sender_tokens', 'gives': 'messages', 'kind': 'total', 'unit': 'count', 'additive': false, 'tie': 'sender_tokens', 'part': 'power_tokens', 'part_total': true, 'group': 'power_users'},
        {'name': 'power_tokens', 'gives': 'messages', 'kind': 'total', 'unit': 'count', 'additive': false, 'tie': 'power_tokens', 'part': 'power_tokens', 'part_total': false, 'group': 'power_users'},
        {'name': 'other_tokens', 'gives': 'messages', 'kind': 'total', 'unit': 'count', 'additive': false, 'tie': 'other_tokens', 'part': 'power_tokens', 'part_total': false, 'group': 'power_users'},
    ]) }}
{%- endmacro %}


{% macro rhythm_measures() -%}
    {{ return([
        {'name': 'day_off_people', 'gives': 'active', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'day_off_people', 'part': none, 'part_total': false, 'group': 'rhythm'},
    ]) }}
{%- endmacro %}


{% macro seat_measures() -%}
    {{ return([
        {'name': 'seat_holders', 'gives': 'licences', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'licensed', 'part': 'holder_part', 'part_total': true, 'group': 'licensed'},
        {'name': 'seats_active', 'gives': 'licences', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'active', 'part': none, 'part_total': false, 'group': 'activity'},
        {'name': 'seats_at_end', 'gives': 'licences', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'seats_at_end', 'part': none, 'part_total': false, 'group': 'seats_at_end'},
        {'name': 'seat_days', 'gives': 'licences', 'kind': 'total', 'unit': 'count', 'additive': true, 'tie': 'licensed', 'part': none, 'part_total': false, 'group': 'licensed'},
        {'name': 'seat_cost', 'gives': 'licences', 'kind': 'total', 'unit': 'money', 'additive': true, 'tie': 'licensed', 'part': 'seat_class', 'part_total': true, 'group': 'licensed'},
        {'name': 'kept_cost', 'gives': 'licences', 'kind': 'total', 'unit': 'money', 'additive': true, 'tie': 'kept', 'part': 'seat_class', 'part_total': false, 'group': 'seat_classes'},
        {'name': 'kept_holders', 'gives': 'licences', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'kept', 'part': 'holder_part', 'part_total': false, 'group': 'seat_classes'},
        {'name': 'kept_classes', 'gives': 'licences', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'kept', 'part': 'kept_class', 'part_total': true, 'group': 'seat_classes'},
        {'name': 'reassignable_cost', 'gives': 'licences', 'kind': 'total', 'unit': 'money', 'additive': true, 'tie': 'reassignable', 'part': 'seat_class', 'part_total': false, 'group': 'seat_classes'},
        {'name': 'reassignable_holders', 'gives': 'licences', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'reassignable', 'part': 'holder_part', 'part_total': false, 'group': 'seat_classes'},
        {'name': 'reassignable_classes', 'gives': 'licences', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'reassignable', 'part': 'reassignable_class', 'part_total': true, 'group': 'seat_classes'},
        {'name': 'other_exposure_cost', 'gives': 'licences', 'kind': 'total', 'unit': 'money', 'additive': true, 'tie': 'other_exposure', 'part': 'seat_class', 'part_total': false, 'group': 'seat_classes'},
        {'name': 'other_exposure_holders', 'gives': 'licences', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'other_exposure', 'part': 'holder_part', 'part_total': false, 'group': 'seat_classes'},
        {'name': 'other_exposure_classes', 'gives': 'licences', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'other_exposure', 'part': 'other_exposure_class', 'part_total': true, 'group': 'seat_classes'},
        {'name': 'held_by_leaver', 'gives': 'licences', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'held_by_leaver', 'part': 'reassignable_class', 'part_total': false, 'group': 'seat_classes'},
        {'name': 'on_leave', 'gives': 'licences', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'on_leave', 'part': 'other_exposure_class', 'part_total': false, 'group': 'seat_classes'},
        {'name': 'in_grace', 'gives': 'licences', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'in_grace', 'part': 'kept_class', 'part_total': false, 'group': 'seat_classes'},
        {'name': 'duplicate', 'gives': 'licences', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'duplicate', 'part': 'reassignable_class', 'part_total': false, 'group': 'seat_classes'},
        {'name': 'never_used', 'gives': 'licences', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'never_used', 'part': 'reassignable_class', 'part_total': false, 'group': 'seat_classes'},
        {'name': 'dormant', 'gives': 'licences', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'dormant', 'part': 'reassignable_class', 'part_total': false, 'group': 'seat_classes'},
        {'name': 'under_used', 'gives': 'licences', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'under_used', 'part': 'other_exposure_class', 'part_total': false, 'group': 'seat_classes'},
        {'name': 'used', 'gives': 'licences', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'used', 'part': 'kept_class', 'part_total': false, 'group': 'seat_classes'},
    ]) }}
{%- endmacro %}


{% macro stage_measures() -%}
    {{ return([
        {'name': 'assigned', 'gives': 'licences', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'licensed', 'part': none, 'part_total': false, 'group': 'licensed'},
        {'name': 'first_use', 'gives': 'licences', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'licensed', 'part': none, 'part_total': false, 'group': 'stages'},
        {'name': 'repeat_use', 'gives': 'licences', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'licensed', 'part': none, 'part_total': false, 'group': 'stages'},
        {'name': 'habitual', 'gives': 'licences', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'licensed', 'part': none, 'part_total': false, 'group': 'stages'},
        {'name': 'deep', 'gives': 'licences', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'licensed', 'part': none, 'part_total': false, 'group': 'stages'},
    ]) }}
{%- endmacro %}


{% macro task_measures() -%}
    {{ return([
        {'name': 'task_people', 'gives': 'active', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'task_people', 'part': none, 'part_total': false, 'group': 'tasks'},
    ]) }}
{%- endmacro %}


{% macro tier_measures() -%}
    {{ return([
        {'name': 'tier_people', 'gives': 'active', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'tier_people', 'part': 'token_tier', 'part_total': false, 'group': 'tiers'},
        {'name': 'uncached_tier_people', 'gives': 'active', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'uncached_tier_people', 'part': 'uncached_tier', 'part_total': false, 'group': 'uncached_tiers'},
    ]) }}
{%- endmacro %}


{% macro token_measures() -%}
    {{ return([
        {'name': 'token_people', 'gives': 'active', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'token_people', 'part': 'token_tier', 'part_total': true, 'group': 'tiers'},
        {'name': 'uncached_token_people', 'gives': 'active', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'token_people', 'part': 'uncached_tier', 'part_total': true, 'group': 'uncached_tiers'},
    ]) }}
{%- endmacro %}


{% macro unshown_measures() -%}
    {{ return([
        {'name': 'session_users', 'gives': 'sessions', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'session_users', 'part': none, 'part_total': false, 'group': 'denominators'},
        {'name': 'message_users', 'gives': 'messages', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'message_users', 'part': none, 'part_total': false, 'group': 'denominators'},
    ]) }}
{%- endmacro %}


{% macro usage_measures() -%}
    {{ return([
        {'name': 'active_people', 'gives': 'active', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'active', 'part': none, 'part_total': false, 'group': 'activity'},
        {'name': 'session_people', 'gives': 'sessions', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'active', 'part': none, 'part_total': false, 'group': 'denominators'},
        {'name': 'message_people', 'gives': 'messages', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'active', 'part': none, 'part_total': false, 'group': 'denominators'},
        {'name': 'licensed_people', 'gives': 'licences', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'licensed', 'part': none, 'part_total': false, 'group': 'licensed'},
        {'name': 'licensed_active_people', 'gives': 'licences', 'kind': 'people', 'unit': 'count', 'additive': false, 'tie': 'active', 'part': none, 'part_total': false, 'group': 'activity'},
        {'name': 'user_messages', 'gives': 'messages', 'kind': 'total', 'unit': 'count', 'additive': true, 'tie': 'messages', 'part': none, 'part_total': false, 'group': 'messages'},
        {'name': 'session_messages', 'gives': 'sessions', 'kind': 'total', 'unit': 'count', 'additive': true, 'tie': 'messages', 'part': none, 'part_total': false, 'group': 'messages'},
        {'name': 'measured_messages', 'gives': 'prompts', 'kind': 'total', 'unit': 'count', 'additive': true, 'tie': 'messages', 'part': 'prompt_length', 'part_total': true, 'group': 'messages'},
        {'name': 'short_prompts', 'gives': 'prompts', 'kind': 'total', 'unit': 'count', 'additive': true, 'tie': 'short_prompts', 'part': 'prompt_length', 'part_total': false, 'group': 'messages'},
        {'name': 'medium_prompts', 'gives': 'prompts', 'kind': 'total', 'unit': 'count', 'additive': true, 'tie': 'medium_prompts', 'part': 'prompt_length', 'part_total': false, 'group': 'messages'},
        {'name': 'long_prompts', 'gives': 'prompts', 'kind': 'total', 'unit': 'count', 'additive': true, 'tie': 'long_prompts', 'part': 'prompt_length', 'part_total': false, 'group': 'messages'},
        {'name': 'prompt_chars', 'gives': 'prompts', 'kind': 'total', 'unit': 'count', 'additive': true, 'tie': 'prompt_chars', 'part': none, 'part_total': false, 'group': 'prompt_chars'},
        {'name': 'sessions', 'gives': 'sessions', 'kind': 'total', 'unit': 'count', 'additive': true, 'tie': 'sessions', 'part': none, 'part_total': false, 'group': 'sessions'},
        {'name': 'known_model_sessions', 'gives': 'models', 'kind': 'total', 'unit': 'count', 'additive': true, 'tie': 'sessions', 'part': 'session_tier', 'part_total': true, 'group': 'sessions'},
        {'name': 'advanced_sessions', 'gives': 'models', 'kind': 'total', 'unit': 'count', 'additive': true, 'tie': 'advanced_sessions', 'part': 'session_tier', 'part_total': false, 'group': 'sessions'},
        {'name': 'other_sessions', 'gives': 'models', 'kind': 'total', 'unit': 'count', 'additive': true, 'tie': 'other_sessions', 'part': 'session_tier', 'part_total': false, 'group': 'sessions'},
        {'name': 'suggestions_shown', 'gives': 'suggestions', 'kind': 'total', 'unit': 'count', 'additive': true, 'tie': 'suggestions_shown', 'part': none, 'part_total': false, 'group': 'suggestions_shown'},
        {'name': 'suggestions_accepted', 'gives': 'suggestions', 'kind': 'total', 'unit': 'count', 'additive': true, 'tie': 'suggestions_accepted', 'part': none, 'part_total': false, 'group': 'suggestions_accepted'},
        {'name': 'input_tokens', 'gives': 'input_tokens', 'kind': 'total', 'unit': 'tokens', 'additive': true, 'tie': 'input_tokens', 'part': none, 'part_total': false, 'group': 'input_tokens'},
        {'name': 'cached_input_tokens', 'gives': 'cached_input_tokens', 'kind': 'total', 'unit': 'tokens', 'additive': true, 'tie': 'cached_input_tokens', 'part': none, 'part_total': false, 'group': 'cached_input_tokens'},
        {'name': 'cache_write_tokens', 'gives': 'cache_write_tokens', 'kind': 'total', 'unit': 'tokens', 'additive': true, 'tie': 'cache_write_tokens', 'part': none, 'part_total': false, 'group': 'cache_write_tokens'},
        {'name': 'output_tokens', 'gives': 'output_tokens', 'kind': 'total', 'unit': 'tokens', 'additive': true, 'tie': 'output_tokens', 'part': none, 'part_total': false, 'group': 'output_tokens'},
        {'name': 'reasoning_tokens', 'gives': 'reasoning_tokens', 'kind': 'total', 'unit': 'tokens', 'additive': true, 'tie': 'reasoning_tokens', 'part': none, 'part_total': false, 'group': 'reasoning_tokens'},
        {'name': 'unsplit_tokens', 'gives': 'unsplit_tokens', 'kind': 'total', 'unit': 'tokens', 'additive': true, 'tie': 'unsplit_tokens', 'part': none, 'part_total': false, 'group': 'unsplit_tokens'},
        {'name': 'credits', 'gives': 'credits', 'kind': 'total', 'unit': 'money', 'additive': true, 'tie': 'credits', 'part': none, 'part_total': false, 'group': 'credits'},
    ]) }}
{%- endmacro %}


{% macro token_buckets() -%}
    {{ return([
        'input_tokens',
        'cached_input_tokens',
        'cache_write_tokens',
        'output_tokens',
        'reasoning_tokens',
        'unsplit_tokens',
    ]) }}
{%- endmacro %}


{% macro usage_columns() -%}
    {{ return([
        {'name': 'licensed_people', 'numerator': none, 'denominator': none, 'is_compared': false, 'is_shown': true},
        {'name': 'active_people', 'numerator': none, 'denominator': none, 'is_compared': false, 'is_shown': true},
        {'name': 'accounts', 'numerator': none, 'denominator': none, 'is_compared': false, 'is_shown': true},
        {'name': 'active_ratio', 'numerator': 'active_people', 'denominator': 'headcount', 'is_compared': false, 'is_shown': true},
        {'name': 'licensed_active_ratio', 'numerator': 'licensed_active_people', 'denominator': 'licensed_people', 'is_compared': false, 'is_shown': true},
        {'name': 'sessions', 'numerator': none, 'denominator': none, 'is_compared': false, 'is_shown': true},
        {'name': 'user_messages', 'numerator': none, 'denominator': none, 'is_compared': false, 'is_shown': true},
        {'name': 'sessions_per_active_person', 'numerator': 'sessions', 'denominator': 'session_people', 'is_compared': true, 'is_shown': true},
        {'name': 'messages_per_session', 'numerator': 'session_messages', 'denominator': 'sessions', 'is_compared': true, 'is_shown': true},
        {'name': 'messages_per_active_person', 'numerator': 'user_messages', 'denominator': 'message_people', 'is_compared': false, 'is_shown': true},
        {'name': 'measured_messages', 'numerator': none, 'denominator': none, 'is_compared': false, 'is_shown': false},
        {'name': 'prompt_chars_mean', 'numerator': 'prompt_chars', 'denominator': 'measured_messages', 'is_compared': true, 'is_shown': true},
        {'name': 'short_prompt_ratio', 'numerator': 'short_prompts', 'denominator': 'measured_messages', 'is_compared': false, 'is_shown': true},
        {'name': 'medium_prompt_ratio', 'numerator': 'medium_prompts', 'denominator': 'measured_messages', 'is_compared': false, 'is_shown': false},
        {'name': 'long_prompt_ratio', 'numerator': 'long_prompts', 'denominator': 'measured_messages', 'is_compared': false, 'is_shown': true},
        {'name': 'advanced_session_ratio', 'numerator': 'advanced_sessions', 'denominator': 'known_model_sessions', 'is_compared': true, 'is_shown': true},
        {'name': 'acceptance_ratio', 'numerator': 'suggestions_accepted', 'denominator': 'suggestions_shown', 'is_compared': false, 'is_shown': true},
    ]) }}
{%- endmacro %}


{% macro cell_families() -%}
    {{ return([
        {'name': 'account', 'relation': 'unit_figures_of_accounts', 'period': none, 'item': "''", 'where': none, 'is_never_shown': false, 'measures': account_measures()},
        {'name': 'cost', 'relation': 'unit_figures_of_costs', 'period': none, 'item': 'item', 'where': "unit_key <> 'unallocated'", 'is_never_shown': false, 'measures': cost_measures()},
        {'name': 'feature', 'relation': 'unit_figures_of_features', 'period': none, 'item': 'item', 'where': none, 'is_never_shown': false, 'measures': feature_measures()},
        {'name': 'model', 'relation': 'unit_figures_of_models', 'period': none, 'item': 'item', 'where': none, 'is_never_shown': false, 'measures': model_measures()},
        {'name': 'power', 'relation': 'unit_power_users', 'period': 'month', 'item': "''", 'where': none, 'is_never_shown': false, 'measures': power_measures()},
        {'name': 'rhythm', 'relation': 'unit_figures_of_days_off', 'period': none, 'item': "''", 'where': none, 'is_never_shown': false, 'measures': rhythm_measures()},
        {'name': 'seat', 'relation': 'unit_figures_of_seats', 'period': none, 'item': 'item', 'where': none, 'is_never_shown': false, 'measures': seat_measures()},
        {'name': 'stage', 'relation': 'unit_adoption_stages', 'period': 'week', 'item': "''", 'where': none, 'is_never_shown': false, 'measures': stage_measures()},
        {'name': 'task', 'relation': 'unit_figures_of_tasks', 'period': none, 'item': 'item', 'where': none, 'is_never_shown': false, 'measures': task_measures()},
        {'name': 'tier', 'relation': 'unit_figures_of_token_tiers', 'period': none, 'item': 'item', 'where': "item <> ''", 'is_never_shown': false, 'measures': tier_measures()},
        {'name': 'token', 'relation': 'unit_figures_of_token_tiers', 'period': none, 'item': 'item', 'where': "item = ''", 'is_never_shown': false, 'measures': token_measures()},
        {'name': 'unshown', 'relation': 'unit_figures_of_people', 'period': none, 'item': "''", 'where': none, 'is_never_shown': true, 'measures': unshown_measures()},
        {'name': 'usage', 'relation': 'unit_figures_of_people', 'period': none, 'item': "''", 'where': none, 'is_never_shown': false, 'measures': usage_measures()},
    ]) }}
{%- endmacro %}


{% macro published_tables() -%}
    {{ return([
        {'table': 'department_usage_weekly', 'period_type': 'week', 'tool': 'tool', 'item': "''", 'measures': {
            'accounts': 'accounts',
        }},
        {'table': 'department_usage_monthly', 'period_type': 'month', 'tool': 'tool', 'item': "''", 'measures': {
            'accounts': 'accounts',
        }},
        {'table': 'department_cost_monthly', 'period_type': 'month', 'tool': 'tool', 'item': 'cost_basis', 'measures': {
            'cost': 'cost',
        }},
        {'table': 'feature_usage_monthly', 'period_type': 'month', 'tool': 'tool', 'item': 'feature', 'measures': {
            'people': 'feature_people',
        }},
        {'table': 'model_mix_weekly', 'period_type': 'week', 'tool': 'tool', 'item': 'model_family', 'measures': {
            'value': 'model_use',
        }},
        {'table': 'power_users_monthly', 'period_type': 'month', 'tool': 'tool', 'item': "''", 'measures': {
            'power_users': 'power_people',
        }},
        {'table': 'usage_rhythm_monthly', 'period_type': 'month', 'tool': "'all'", 'item': "''", 'measures': {
            'day_off_people': 'day_off_people',
        }},
        {'table': 'license_utilization_monthly', 'period_type': 'month', 'tool': 'tool', 'item': 'product', 'measures': {
            'seat_days': 'seat_days',
            'seats_active': 'seats_active',
            'coalesce(seat_holders, accounts)': 'seat_holders',
            'cost': 'seat_cost',
            'reassignable_cost': 'reassignable_cost',
            'held_by_leaver': 'held_by_leaver',
            'on_leave': 'on_leave',
            'in_grace': 'in_grace',
            'duplicate': 'duplicate',
            'never_used': 'never_used',
            'dormant': 'dormant',
            'under_used': 'under_used',
            'used': 'used',
        }},
        {'table': 'adoption_funnel_weekly', 'period_type': 'week', 'tool': 'tool', 'item': "''", 'measures': {
            'assigned': 'assigned',
            'first_use': 'first_use',
            'repeat_use': 'repeat_use',
            'habitual': 'habitual',
            'deep': 'deep',
        }},
        {'table': 'task_mix_monthly', 'period_type': 'month', 'tool': "'all'", 'item': 'task_category', 'measures': {
            'people': 'task_people',
        }},
        {'table': 'token_tiers_monthly', 'period_type': 'month', 'tool': "'all'", 'item': 'tier_key', 'measures': {
            'people': 'tier_people',
            'people_without_cache_reads': 'uncached_tier_people',
        }},
        {'table': 'token_tiers_monthly', 'period_type': 'month', 'tool': "'all'", 'item': "''", 'measures': {
            'people_with_tokens': 'token_people',
        }},
        {'table': 'department_usage_weekly', 'period_type': 'week', 'tool': 'tool', 'item': "''", 'measures': {
            'licensed_people': 'licensed_people',
            'active_people': 'active_people',
            'sessions': 'sessions',
            'user_messages': 'user_messages',
        }},
        {'table': 'department_usage_monthly', 'period_type': 'month', 'tool': 'tool', 'item': "''", 'measures': {
            'licensed_people': 'licensed_people',
            'active_people': 'active_people',
            'sessions': 'sessions',
            'user_messages': 'user_messages',
        }},
        {'table': 'prompt_length_weekly', 'period_type': 'week', 'tool': 'tool', 'item': "''", 'measures': {
            'measured_messages': 'measured_messages',
        }},
        {'table': 'department_tokens_weekly', 'period_type': 'week', 'tool': 'tool', 'item': "''", 'measures': {
            'input_tokens': 'input_tokens',
            'cached_input_tokens': 'cached_input_tokens',
            'cache_write_tokens': 'cache_write_tokens',
            'output_tokens': 'output_tokens',
            'reasoning_tokens': 'reasoning_tokens',
            'unsplit_tokens': 'unsplit_tokens',
            'credits': 'credits',
        }},
    ]) }}
{%- endmacro %}
