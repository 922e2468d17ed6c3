-- grain: one row per request
{{ config(materialized='ephemeral') }}

with events as (
    select * from {{ ref('int_cursor_events') }}
),

accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'cursor'
),

-- `default` leaves the choice to the vendor, which does not tell what it chose.
final as (
    select
        {{ port_columns(
            'model_days',
            {
                'account_key': 'accounts.account_key',
                'tool': "'cursor'",
                'model': "nullif(lower(events.model), 'default')",
                'interactions': '1',
                'input_tokens': 'events.input_tokens',
                'cached_input_tokens': 'events.cache_read_tokens',
                'cache_write_tokens': 'events.cache_write_tokens',
                'output_tokens': 'events.output_tokens',
                'activity_date': 'events.day',
            },
        ) }}
    from events
    left join accounts
        on events.account_token = accounts.id_token
)

select * from final
