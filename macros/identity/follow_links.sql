{#-
    People behind identifiers, through the identifiers that stood beside them.

    A link is known on the days it was observed. On those it follows its target from person to
    person (an address that was given to somebody else); before the first and after the last
    observation it stays with the person of that day. Otherwise the silent account of a leaver
    would pass to whoever gets the address years later.

    An address that has passed from this account to another one (`held_to`) says nothing of this account when
    its person became known only since then. Such a candidate is left out where the account has a better one.

    links:  relation or CTE shaped like int_identity_links
    people: relation or CTE with namespace, id_token, person_token, valid_from, valid_to and
            known_since, the first day on which the person was seen with it
    gives:  namespace, id_token, person_token, candidate_rank, started_on, valid_from, valid_to
-#}
{% macro follow_links(links, people) -%}
    select
        namespace,
        id_token,
        person_token,
        candidate_rank,
        started_on,
        valid_from,
        valid_to
    from (
        select
            followed.*,
            min(is_stale) over (partition by namespace, id_token) as are_all_stale
        from (
            select
                case when {{ links }}.held_to <= {{ people }}.known_since then 1 else 0 end as is_stale,
                {{ links }}.namespace,
                {{ links }}.id_token,
                {{ people }}.person_token,
                case when {{ links }}.target_namespace = 'hris-id' then 0 else {{ links }}.method_rank end
                    as candidate_rank,
                {{ links }}.valid_from as started_on,
                case
                    when {{ people }}.valid_from <= {{ links }}.first_month
                        then {{ links }}.valid_from
                    else {{ people }}.valid_from
                end as valid_from,
                case
                    when {{ people }}.valid_to > {{ links }}.last_observed_on
                        then {{ links }}.valid_to
                    else {{ people }}.valid_to
                end as valid_to
            from {{ links }}
            inner join {{ people }}
                on {{ links }}.target_namespace = {{ people }}.namespace
                and {{ links }}.target_token = {{ people }}.id_token
                and {{ people }}.valid_from <= {{ links }}.last_observed_on
                and {{ people }}.valid_to > {{ links }}.first_month
        ) as followed
    ) as candidates
    where is_stale = 0 or are_all_stale = 1
{%- endmacro %}
