{#- Money by tool and cost basis (the item); see usage_measures(). Each basis is hidden apart. -#}
{% macro cost_measures() -%}
    {{ return([
        measure('cost', 'cost', group='cost'),
        measure('unpriced_tokens', 'cost'),
        measure('metered_tokens', 'cost'),
    ]) }}
{%- endmacro %}


{#- Seats by product (the item). Cost is the sum of three parts, so that what is exposed cannot be
    computed from a hidden part; seat-days are cost at another scale. -#}
{% macro seat_measures() -%}
    {{ return([
        measure('seat_holders', 'licences', kind='people', tie='licensed', group='licensed'),
        measure('seats_active', 'licences', kind='people', tie='active', group='activity'),
        measure('seat_days', 'licences', tie='seat_cost', group='seat_money'),
        measure('seat_cost', 'licences', tie='seat_cost', group='seat_money',
                part='seat_class', part_total=true),
        measure('kept_cost', 'licences', group='seat_money', part='seat_class'),
        measure('reassignable_cost', 'licences', group='seat_money', part='seat_class'),
        measure('other_exposure_cost', 'licences', group='seat_money', part='seat_class'),
    ]) }}
{%- endmacro %}


{#- Classes of holders in the order in which the first match wins, and where their cost counts. -#}
{% macro seat_classes() -%}
    {{ return({
        'held_by_leaver': 'reassignable_cost',
        'on_leave': 'other_exposure_cost',
        'in_grace': 'kept_cost',
        'duplicate': 'reassignable_cost',
        'never_used': 'reassignable_cost',
        'dormant': 'reassignable_cost',
        'under_used': 'other_exposure_cost',
        'used': 'kept_cost',
    }) }}
{%- endmacro %}


{#- The class of a holder; expects `holders` and `thresholds`. First match wins. -#}
{% macro seat_class() -%}
    case
            when holders.holder_status = 'left' then 'held_by_leaver'
            when holders.holder_status = 'on_leave' then 'on_leave'
            when
                {{ days_between('cast(holders.assigned_at as date)', 'holders.last_seat_day') }}
                < {{ var('grace_days') }}
                then 'in_grace'
            when holders.is_duplicate then 'duplicate'
            when holders.last_active_day is null then 'never_used'
            when
                {{ days_between('holders.last_active_day', 'holders.last_seat_day') }}
                >= thresholds.dormant_days
                then 'dormant'
            when holders.active_days_held < thresholds.under_used_active_days then 'under_used'
            else 'used'
        end
{%- endmacro %}
