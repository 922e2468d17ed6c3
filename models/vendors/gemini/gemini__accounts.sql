-- grain: one row per account that used Gemini by an act of a person, and day; rows repeat
-- Who only met what Gemini offers by itself, and callers that are no users, have no account here.
{{ config(materialized='ephemeral') }}

with acts as (
    select * from {{ ref('stg_gemini__events') }}
    where initiated_by = 'person'
),

final as (
    select
        {{ port_columns(
            'accounts',
            {
                'namespace': "case
                    when user_token is not null then 'vendor-user/gemini'
                    when email_token is not null then 'person-email'
                    else 'unidentified'
                end",
                'id_token': "coalesce(user_token, email_token, 'unidentified')",
                'seen_on': 'day',
            },
        ) }}
    from acts
)

select * from final
