-- grain: one row per period, account without a person and tool, `all` included: its share of each measure
-- An account is of one tool, so the accounts of `all` are the sum over tools.
{%- set measures = account_measures()[1:] %}
{%- set period_starts = {
    'week': iso_week_start('activity_date'), 'month': month_start('activity_date')
} %}
with usage_days as (
    select * from {{ ref('fct_unattributed_usage_daily') }}
),

tool_periods as (
    select * from {{ ref('tool_periods') }}
    where tool <> 'all'
),

rebuilt_periods as (
    select * from {{ ref('int_rebuilt_periods') }}
),

account_periods as (
    {%- for period_type, period_start in period_starts.items() %}
    select
        '{{ period_type }}' as period_type,
        {{ period_start }} as period_start,
        account_key,
        tool,
        max(case when is_active then 1 else 0 end) as accounts,
        {%- for measure in measures %}
        sum({{ measure.name }}) as {{ measure.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from usage_days
    where {{ is_rebuilt(period_type, period_start) }}
    group by {{ period_start }}, account_key, tool
    {{- "\n\n    union all\n" if not loop.last }}
    {%- endfor %}
),

tool_rows as (
    select
        account_periods.period_type,
        account_periods.period_start,
        account_periods.account_key,
        account_periods.tool,
        case when tool_periods.gives_active then account_periods.accounts end as accounts,
        {%- for measure in measures %}
        case
            when tool_periods.gives_{{ measure.gives }}
                then coalesce(account_periods.{{ measure.name }}, 0)
        end as {{ measure.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from account_periods
    inner join tool_periods
        on
            account_periods.period_type = tool_periods.period_type
            and account_periods.period_start = tool_periods.period_start
            and account_periods.tool = tool_periods.tool
),

all_rows as (
    select
        period_type,
        period_start,
        account_key,
        'all' as tool,
        max(accounts) as accounts,
        {%- for measure in measures %}
        sum({{ measure.name }}) as {{ measure.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from tool_rows
    group by period_type, period_start, account_key
),

stacked as (
    select * from tool_rows
    union all
    select * from all_rows
),

final as (
    select
        period_type,
        period_start,
        account_key,
        'unattributed' as unit_key,
        tool,
        accounts,
        {%- for measure in measures %}
        {% if measure.name == 'credits' -%}
        cast(credits as {{ type_money() }})
        {%- else -%}
        cast({{ measure.name }} as {{ dbt.type_bigint() }})
        {%- endif %} as {{ measure.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from stacked
)

select * from final
