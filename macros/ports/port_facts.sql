{#- Written from ingestion/ports.yml and the kits by `python -m orchestration.kits`. -#}

{#- Columns of a port with their types, the required ones, and what they are figures of. -#}
{% macro port_contract(port) -%}
    {{ return({
        'accounts': {
            'types': {
                'namespace': 'string',
                'id_token': 'string',
                'seen_on': 'date'
            },
            'required': [
                'namespace',
                'id_token'
            ],
            'measures': {}
        },
        'identity_links': {
            'types': {
                'namespace': 'string',
                'id_token': 'string',
                'target_namespace': 'string',
                'target_token': 'string',
                'method': 'string',
                'observed_month': 'date',
                'observed_on': 'date'
            },
            'required': [],
            'measures': {}
        },
        'session_parts': {
            'types': {
                'account_key': 'integer',
                'tool': 'string',
                'session_key': 'bigint',
                'session_started_at': 'timestamp',
                'session_date': 'date',
                'surface': 'string',
                'model': 'string',
                'sessions': 'bigint',
                'user_messages': 'bigint',
                'turns': 'bigint',
                'assistant_messages': 'bigint',
                'conversations': 'bigint',
                'prompt_chars': 'bigint',
                'measured_messages': 'bigint',
                'short_messages': 'bigint',
                'medium_messages': 'bigint',
                'long_messages': 'bigint',
                'last_event_at': 'timestamp',
                'reports_features': 'boolean',
                'activity_date': 'date'
            },
            'required': [
                'account_key',
                'tool',
                'session_key',
                'session_started_at',
                'session_date',
                'sessions',
                'user_messages',
                'activity_date'
            ],
            'measures': {
                'sessions': 'sessions',
                'user_messages': 'messages',
                'turns': 'models',
                'assistant_messages': 'messages',
                'conversations': 'messages',
                'prompt_chars': 'prompt_lengths',
                'measured_messages': 'prompt_lengths',
                'short_messages': 'prompt_lengths',
                'medium_messages': 'prompt_lengths',
                'long_messages': 'prompt_lengths',
                'reports_features': 'activity'
            }
        },
        'usage_days': {
            'types': {
                'account_key': 'integer',
                'tool': 'string',
                'user_messages': 'bigint',
                'assistant_messages': 'bigint',
                'sessions': 'bigint',
                'prompt_chars': 'bigint',
                'measured_messages': 'bigint',
                'short_messages': 'bigint',
                'medium_messages': 'bigint',
                'long_messages': 'bigint',
                'lines_suggested': 'bigint',
                'lines_accepted': 'bigint',
                'suggestions_shown': 'bigint',
                'suggestions_accepted': 'bigint',
                'reports_features': 'boolean',
                'is_active': 'boolean',
                'date_basis': 'string',
                'activity_date': 'date'
            },
            'required': [
                'account_key',
                'tool',
                'is_active',
                'date_basis',
                'activity_date'
            ],
            'measures': {
                'user_messages': 'messages',
                'assistant_messages': 'messages',
                'sessions': 'sessions',
                'prompt_chars': 'prompt_lengths',
                'measured_messages': 'prompt_lengths',
                'short_messages': 'prompt_lengths',
                'medium_messages': 'prompt_lengths',
                'long_messages': 'prompt_lengths',
                'lines_suggested': 'suggestions',
                'lines_accepted': 'suggestions',
                'suggestions_shown': 'suggestions',
                'suggestions_accepted': 'suggestions',
                'reports_features': 'activity',
                'is_active': 'activity'
            }
        },
        'feature_days': {
            'types': {
                'account_key': 'integer',
                'tool': 'string',
                'feature': 'string',
                'activity_date': 'date'
            },
            'required': [
                'account_key',
                'tool',
                'feature',
                'activity_date'
            ],
            'measures': {
                'feature': 'activity'
            }
        },
        'model_days': {
            'types': {
                'account_key': 'integer',
                'tool': 'string',
                'surface': 'string',
                'model': 'string',
                'user_messages': 'bigint',
                'interactions': 'bigint',
                'input_tokens': 'bigint',
                'cached_input_tokens': 'bigint',
                'cache_write_tokens': 'bigint',
                'output_tokens': 'bigint',
                'reasoning_tokens': 'bigint',
                'unsplit_tokens': 'bigint',
                'list_text_input_tokens': 'bigint',
                'list_text_cached_input_tokens': 'bigint',
                'list_text_output_tokens': 'bigint',
                'list_audio_input_tokens': 'bigint',
                'list_audio_cached_input_tokens': 'bigint',
                'list_audio_output_tokens': 'bigint',
                'list_image_input_tokens': 'bigint',
                'list_image_cached_input_tokens': 'bigint',
                'list_image_output_tokens': 'bigint',
                'activity_date': 'date'
            },
            'required': [
                'account_key',
                'tool',
                'activity_date'
            ],
            'measures': {
                'user_messages': 'models',
                'interactions': 'models',
                'input_tokens': 'tokens',
                'cached_input_tokens': 'tokens',
                'cache_write_tokens': 'tokens',
                'output_tokens': 'tokens',
                'reasoning_tokens': 'tokens',
                'unsplit_tokens': 'tokens',
                'list_text_input_tokens': 'tokens',
                'list_text_cached_input_tokens': 'tokens',
                'list_text_output_tokens': 'tokens',
                'list_audio_input_tokens': 'tokens',
                'list_audio_cached_input_tokens': 'tokens',
                'list_audio_output_tokens': 'tokens',
                'list_image_input_tokens': 'tokens',
                'list_image_cached_input_tokens': 'tokens',
                'list_image_output_tokens': 'tokens'
            }
        },
        'credit_days': {
            'types': {
                'account_key': 'integer',
                'tool': 'string',
                'model': 'string',
                'unit': 'string',
                'credits': 'money',
                'usage_date': 'date'
            },
            'required': [
                'account_key',
                'tool',
                'unit',
                'credits',
                'usage_date'
            ],
            'measures': {
                'credits': 'credits'
            }
        },
        'cost_lines': {
            'types': {
                'account_key': 'integer',
                'tool': 'string',
                'model': 'string',
                'cost_basis': 'string',
                'vendor_cost': 'money',
                'vendor_currency': 'string',
                'is_allocated': 'boolean',
                'is_unallocated': 'boolean',
                'usage_date': 'date'
            },
            'required': [
                'tool',
                'cost_basis',
                'vendor_cost',
                'usage_date'
            ],
            'measures': {
                'vendor_cost': 'costs'
            }
        },
        'seat_days': {
            'types': {
                'account_key': 'integer',
                'tenant': 'string',
                'product': 'string',
                'tool': 'string',
                'plan': 'string',
                'assigned_at': 'timestamp',
                'is_carried': 'boolean',
                'seat_date': 'date'
            },
            'required': [
                'account_key',
                'tenant',
                'product',
                'tool',
                'is_carried',
                'seat_date'
            ],
            'measures': {}
        },
        'signs_of_life': {
            'types': {
                'account_key': 'integer',
                'tool': 'string',
                'is_use': 'boolean',
                'activity_date': 'date'
            },
            'required': [
                'account_key',
                'tool',
                'is_use',
                'activity_date'
            ],
            'measures': {}
        }
    }[port]) }}
{%- endmacro %}

{#- Raw tables of which a port is made, as `source.resource`. -#}
{% macro port_resources(port) -%}
    {{ return({
        'accounts': [
            'anthropic.users',
            'anthropic.user_days',
            'anthropic.usage_days',
            'anthropic.cost_days',
            'chatgpt.conversation_messages',
            'chatgpt.costs_usage',
            'chatgpt.users',
            'chatgpt.seats',
            'codex.log_events',
            'codex.user_days',
            'cursor.daily_usage',
            'cursor.usage_events',
            'cursor.members',
            'gemini.events',
            'github_copilot.user_days',
            'github_copilot.seats',
            'm365_copilot.interactions',
            'm365_copilot.users',
            'm365_copilot.usage_user_detail',
            'openai_api.usage_days',
            'openai_api.cost_days',
            'openai_api.users',
            'openai_api.api_keys',
            'otel.events',
            'otel.metric_points',
            'api_gateway.activity_days'
        ],
        'identity_links': [],
        'session_parts': [
            'chatgpt.conversation_messages',
            'codex.log_events',
            'gemini.events',
            'm365_copilot.interactions',
            'otel.events'
        ],
        'usage_days': [
            'anthropic.user_days',
            'codex.user_days',
            'codex.user_day_clients',
            'codex.log_events',
            'cursor.daily_usage',
            'github_copilot.user_days',
            'github_copilot.seats',
            'm365_copilot.usage_user_detail',
            'm365_copilot.interactions',
            'otel.events',
            'otel.metric_points'
        ],
        'feature_days': [
            'anthropic.user_days',
            'chatgpt.conversation_messages',
            'cursor.daily_usage',
            'gemini.events',
            'github_copilot.user_days',
            'm365_copilot.interactions',
            'm365_copilot.usage_user_detail'
        ],
        'model_days': [
            'anthropic.usage_days',
            'chatgpt.costs_usage',
            'codex.user_day_models',
            'codex.log_events',
            'cursor.usage_events',
            'github_copilot.user_days',
            'github_copilot.user_day_models',
            'openai_api.usage_days',
            'otel.events',
            'otel.metric_points',
            'api_gateway.activity_days'
        ],
        'credit_days': [
            'chatgpt.costs_usage',
            'chatgpt.costs_billing',
            'codex.user_day_models',
            'github_copilot.user_days'
        ],
        'cost_lines': [
            'anthropic.cost_days',
            'chatgpt.costs_usage',
            'chatgpt.costs_billing',
            'codex.user_day_models',
            'cursor.usage_events',
            'github_copilot.user_days',
            'github_copilot.billing_items',
            'openai_api.cost_days',
            'otel.events',
            'otel.metric_points',
            'api_gateway.activity_days'
        ],
        'seat_days': [
            'anthropic.users',
            'chatgpt.users',
            'chatgpt.seats',
            'cursor.members',
            'github_copilot.seats',
            'm365_copilot.users'
        ],
        'signs_of_life': [
            'anthropic.user_days',
            'anthropic.usage_days',
            'chatgpt.costs_usage',
            'chatgpt.costs_billing',
            'chatgpt.seats',
            'cursor.daily_usage',
            'cursor.usage_events',
            'github_copilot.user_days',
            'github_copilot.seats',
            'm365_copilot.usage_user_detail'
        ]
    }[port]) }}
{%- endmacro %}

{#- Measures of a tool that one source owns, see `int_measure_owners`. -#}
{% macro owned_measures() -%}
    {{ return([
        'activity',
        'messages',
        'sessions',
        'prompt_lengths',
        'suggestions',
        'models',
        'tokens',
        'credits',
        'costs'
    ]) }}
{%- endmacro %}

{#- Tools of which several sources can tell a measure. -#}
{% macro tools_with_owners(measure) -%}
    {{ return({
        'activity': [
            'claude_code',
            'codex'
        ],
        'messages': [
            'codex'
        ],
        'sessions': [
            'codex'
        ],
        'prompt_lengths': [
            'codex'
        ],
        'suggestions': [
            'claude_code'
        ],
        'models': [
            'claude_code',
            'codex'
        ],
        'tokens': [
            'claude_code',
            'anthropic_api',
            'codex',
            'github_copilot',
            'openai_api'
        ],
        'credits': [
            'codex'
        ],
        'costs': [
            'claude_code',
            'anthropic_api',
            'codex',
            'openai_api'
        ]
    }[measure]) }}
{%- endmacro %}

{#- Sources that can tell of a tool whose home is another one. -#}
{% macro guest_sources() -%}
    {{ return([
        'chatgpt',
        'otel',
        'api_gateway'
    ]) }}
{%- endmacro %}

{#- Sources that fill a port. -#}
{% macro port_sources(port) -%}
    {{ return({
        'accounts': [
            'anthropic',
            'chatgpt',
            'codex',
            'cursor',
            'gemini',
            'github_copilot',
            'm365_copilot',
            'openai_api',
            'otel',
            'api_gateway'
        ],
        'identity_links': [
            'company',
            'anthropic',
            'chatgpt',
            'codex',
            'cursor',
            'gemini',
            'github_copilot',
            'm365_copilot',
            'openai_api',
            'otel',
            'api_gateway'
        ],
        'session_parts': [
            'chatgpt',
            'codex',
            'gemini',
            'm365_copilot',
            'otel'
        ],
        'usage_days': [
            'anthropic',
            'codex',
            'cursor',
            'github_copilot',
            'm365_copilot',
            'otel'
        ],
        'feature_days': [
            'anthropic',
            'chatgpt',
            'cursor',
            'gemini',
            'github_copilot',
            'm365_copilot'
        ],
        'model_days': [
            'anthropic',
            'chatgpt',
            'codex',
            'cursor',
            'github_copilot',
            'openai_api',
            'otel',
            'api_gateway'
        ],
        'credit_days': [
            'chatgpt',
            'codex',
            'github_copilot'
        ],
        'cost_lines': [
            'anthropic',
            'chatgpt',
            'codex',
            'cursor',
            'github_copilot',
            'openai_api',
            'otel',
            'api_gateway'
        ],
        'seat_days': [
            'anthropic',
            'chatgpt',
            'cursor',
            'github_copilot',
            'm365_copilot'
        ],
        'signs_of_life': [
            'anthropic',
            'chatgpt',
            'cursor',
            'github_copilot',
            'm365_copilot'
        ]
    }[port]) }}
{%- endmacro %}

{#- Kinds of identifiers that name an account of a vendor for ever. -#}
{% macro account_id_namespaces() -%}
    {{ return([
        'vendor-user/anthropic',
        'vendor-user/chatgpt',
        'vendor-user/codex',
        'vendor-user/cursor',
        'vendor-user/gemini',
        'github-user',
        'vendor-user/openai_api',
        'vendor-user/otel',
        'device',
        'vendor-user/api_gateway'
    ]) }}
{%- endmacro %}

{#- Kinds of identifiers of the company's directory. -#}
{% macro directory_id_namespaces() -%}
    {{ return([
        'entra-object'
    ]) }}
{%- endmacro %}
