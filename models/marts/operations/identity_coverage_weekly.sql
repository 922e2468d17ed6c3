-- grain: one row per week and tool: accounts in use, of people and without one, by reason
-- Accounts, never people. An account whose owner left within the week stands on both sides. Reasons
-- of fewer than k accounts are merged into the next.
{%- set reasons = [] %}
{%- for reason in unmatched_reasons() -%}
    {%- do reasons.append('unmatched_' ~ reason) -%}
{%- endfor %}
with coverage as (
    select * from {{ ref('account_coverage_weeks') }}
),

concealed_weeks as (
    select * from {{ ref('int_concealed_weeks') }}
),

unattributed as (
    select * from {{ ref('masked_unit_figures') }}
    where
        period_type = 'week'
        and unit_key = 'unattributed'
        and tool <> 'all'
        and has_activity
),

company as (
    select * from {{ ref('masked_unit_figures') }}
    where period_type = 'week' and unit_key = 'all'
),

counts as (
    select
        unattributed.period_start as week_start,
        unattributed.tool,
        unattributed.accounts as unmatched_accounts,
        unattributed.accounts_hidden,
        unattributed.period_state,
        unattributed.is_complete,
        coalesce(coverage.matched_accounts, 0) as all_matched_accounts,
        company.active_people_hidden,
        concealed_weeks.concealed_rows,
        {%- for reason in reasons %}
        coalesce(coverage.{{ reason }}, 0) as {{ reason }}{{ ',' if not loop.last }}
        {%- endfor %}
    from unattributed
    inner join company
        on
            unattributed.period_start = company.period_start
            and unattributed.tool = company.tool
    left join coverage
        on
            unattributed.period_start = coverage.week_start
            and unattributed.tool = coverage.tool
    left join concealed_weeks
        on
            unattributed.period_start = concealed_weeks.week_start
            and unattributed.tool = concealed_weeks.tool
),

{{ merged_classes('counts', reasons) }},

-- Accounts of people are nearly the active people of the company: hidden where those are.
shown as (
    select
        merged.*,
        case
            -- Use that was not read has no accounts to count.
            when unmatched_accounts is null and accounts_hidden = 0 then null
            when all_matched_accounts = 0 then 0
            when all_matched_accounts >= {{ suppression_k() }} and active_people_hidden = 0
                then all_matched_accounts
        end as matched_accounts
    from merged
),

final as (
    select
        tool,
        week_start,
        cast(matched_accounts + unmatched_accounts as {{ dbt.type_bigint() }}) as accounts,
        cast(matched_accounts as {{ dbt.type_bigint() }}) as matched_accounts,
        cast(unmatched_accounts as {{ dbt.type_bigint() }}) as unmatched_accounts,
        {{ plain_ratio('matched_accounts', '(matched_accounts + unmatched_accounts)') }} as matched_ratio,
        {%- for reason in reasons %}
        cast(
            case when accounts_hidden = 0 and unmatched_accounts is not null then {{ reason }}_merged end
            as {{ dbt.type_bigint() }}
        ) as {{ reason }},
        {%- endfor %}
        cast(
            case
                when concealed_rows = 0 or concealed_rows >= {{ suppression_k() }} then concealed_rows
            end as {{ dbt.type_bigint() }}
        ) as concealed_report_rows,
        period_state,
        is_complete as is_complete_week,
        accounts_hidden = 1
        or (matched_accounts is null and unmatched_accounts is not null)
        or coalesce(concealed_rows between 1 and {{ suppression_k() - 1 }}, false)
        or {{ any_merged(reasons) }} as is_suppressed
    from shown
)

select * from final
