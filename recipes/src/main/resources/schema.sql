create table if not exists outbox (
  id bigint primary key,
  type varchar(100) not null,
  data varchar(100000) not null
);

create table if not exists outbox_counter (last_id bigint not null);
insert into outbox_counter select 0 where not exists (select * from outbox_counter);
