-- grain: one row per month and department (reporting unit), over all tools: how steadily the tools are used
-- Statistics of days are no sums, so no cells: shown where the count of active people is shown and large
-- enough, and coarse. People active on days off are counts behind the mask.
{%- set keys = ['period_start', 'unit_key'] %}
{%- set least = least_people_of_statistics() %}
with use_figures as (
    select * from {{ ref('masked_unit_figures') }}
    where period_type = 'month' and unit_key <> 'unattributed' and tool = 'all' and has_activity
),

daily_use as (
    select * from {{ ref('unit_daily_use') }}
    where period_type = 'month' and tool = 'all'
),

silences as (
    select * from {{ ref('unit_silences') }}
),

days_off as (
    select * from {{ ref('unit_figures_of_days_off') }}
),

hidden_cells as (
    select * from {{ ref('suppression_audit') }}
    where period_type = 'month' and measure = 'day_off_people'
),

-- Messages where the department has no tokens.
with_tokens as (
    select
        period_start,
        unit_key
    from daily_use
    where measure = 'tokens' and daily_mean > 0
),

measured as (
    select
        use_figures.*,
        case when with_tokens.unit_key is null then 'messages' else 'tokens' end as measure
    from use_figures
    left join with_tokens
        on
            use_figures.period_start = with_tokens.period_start
            and use_figures.unit_key = with_tokens.unit_key
),

figures as (
    select
        measured.unit_key,
        measured.unit_name,
        measured.period_start,
        measured.period_state,
        measured.is_complete,
        measured.measure,
        measured.active_people,
        measured.active_people_hidden,
        daily_use.is_dominated,
        daily_use.contributors,
        daily_use.daily_deviation / nullif(daily_use.daily_mean, 0) as variation,
        silences.working_days,
        silences.silent_days,
        silences.longest_silence_days,
        case when hidden_cells.unit_key is null then 0 else 1 end as day_off_people_hidden,
        case
            when
                hidden_cells.unit_key is null
                and (measured.active_people is not null or measured.active_people_hidden = 1)
                then coalesce(days_off.day_off_people, 0)
        end as day_off_people
    from measured
    left join daily_use
        on
            measured.period_start = daily_use.period_start
            and measured.unit_key = daily_use.unit_key
            and measured.measure = daily_use.measure
    left join silences
        on
            measured.period_start = silences.month_start
            and measured.unit_key = silences.unit_key
    {%- for relation in ['days_off', 'hidden_cells'] %}
    left join {{ relation }}
        on
            {%- for key in keys %}
            {{ 'and ' if not loop.first }}measured.{{ key }} = {{ relation }}.{{ key }}
            {%- endfor %}
    {%- endfor %}
),

judged as (
    select
        *,
        coalesce(active_people, 0) >= {{ least }} as is_large,
        coalesce(active_people, 0) >= {{ least }}
        and not coalesce(is_dominated, false)
        and coalesce(contributors, 0) >= {{ least }} as is_variation_shown
    from figures
),

rounded as (
    select
        judged.*,
        case when is_variation_shown then {{ rounded_statistic('variation', 100) }} end as daily_variation,
        case
            when is_large then {{ rounded_statistic(plain_ratio('silent_days', 'working_days'), 100) }}
        end as silent_day_share
    from judged
),

final as (
    select
        unit_key as department_key,
        unit_name as department_name,
        period_start as month_start,
        measure,
        daily_variation,
        {{ rounded_statistic('1 / (1 + daily_variation)', 100) }} as smoothness,
        silent_day_share,
        case when is_large then cast(longest_silence_days as {{ dbt.type_bigint() }}) end
            as longest_silence_days,
        cast(day_off_people as {{ dbt.type_bigint() }}) as day_off_people,
        {{ plain_ratio('day_off_people', 'active_people') }} as weekend_ratio,
        cast(working_days as {{ dbt.type_bigint() }}) as working_days,
        period_state,
        is_complete as is_complete_month,
        active_people_hidden + day_off_people_hidden > 0
        or (coalesce(active_people, 0) > 0 and not is_large)
        or (variation is not null and not is_variation_shown) as is_suppressed
    from rounded
)

select * from final
