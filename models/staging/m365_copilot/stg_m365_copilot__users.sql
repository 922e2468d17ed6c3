-- grain: One row a directory user on a snapshot day, with the Copilot licence.
with source as (
    select * from {{ source('m365_copilot', 'users') }}
),

final as (
    select
        tenant,
        scope,
        day,
        user_token,
        upn_token,
        mail_token,
        hris_token,
        account_enabled,
        user_type,
        has_copilot_license,
        license_state,
        license_by_group,
        created_at
    from source
)

select * from final
