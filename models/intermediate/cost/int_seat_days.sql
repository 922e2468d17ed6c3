-- grain: one row per account, product and day on which the account holds a seat
-- Who holds a seat in two workspaces, enterprises or tenants of the company holds two.
select
    account_key,
    product,
    tool,
    max(plan) as plan,
    count(distinct tenant) as seats,
    min(assigned_at) as assigned_at,
    not {{ dbt.bool_or('not is_carried') }} as is_carried,
    seat_date
from {{ ref('port_seat_days') }}
group by account_key, product, tool, seat_date
