-- Made-up data for the system benchmark: 5,000 projects, 3,000 people in 300 units, so many visits of one check-in and two
-- photos each as the variable `visits` says, one a project and day, backwards from 20 November 2026. The same every time.
\set ON_ERROR_STOP on
set session_replication_role = replica;
set synchronous_commit = off;
create function pg_temp.id(kind int, n bigint) returns uuid language sql immutable as $$ select ('0192' || lpad(to_hex(kind),4,'0') || '-0000-7000-8000-' || lpad(to_hex(n),12,'0'))::uuid $$;
insert into organisation select pg_temp.id(1,n), '单位'||n, 'DEPARTMENT', null, now() from generate_series(1,300) n;
insert into person select pg_temp.id(2,n), pg_temp.id(1,1+n%300), '人员'||n, '副局长', 'TOWNSHIP_DEPUTY', '138'||lpad(n::text,8,'0'), now() from generate_series(1,3000) n;
insert into project (id,number,name,situation,tier,stage,responsible_organisation_id,created_at) select pg_temp.id(3,n), n, '项目'||n, '在建', 'MUNICIPAL', 'CONSTRUCTION', pg_temp.id(1,1+n%300), now() from generate_series(1,5000) n;
insert into team_role select pg_temp.id(4,n*3+k), pg_temp.id(3,n), pg_temp.id(2,1+(n*7+k*1000)%3000), (array['LEADER','COORDINATOR','SECRETARY'])[k+1], '2026-01-01', null, now() from generate_series(1,5000) n, generate_series(0,2) k;
insert into visit select pg_temp.id(5,n), pg_temp.id(3,1+n%5000), pg_temp.id(2,1+(n%5000*7)%3000), date '2026-11-20' - (n/5000)::int, 'VERIFIED', 1, timestamptz '2026-11-20 02:00+00' - (n/5000)*interval '1 day', timestamptz '2026-11-20 02:00+00' - (n/5000)*interval '1 day' from generate_series(1,:visits) n;
insert into check_in (id,person_id,project_id,captured_at,sent_at,received_at,corrected_at,local_date,latitude,longitude,datum,accuracy_m,fixed_at,mocked,note,content_sha256)
 select pg_temp.id(6,n), pg_temp.id(2,1+(n%5000*7)%3000), pg_temp.id(3,1+n%5000), t,t,t,t, t::date, 41.1+n%100*0.001, 123.5, 'WGS84', 12.5, t, false, '现场进度正常，无安全隐患。', md5(n::text)||md5(n::text) from (select n, timestamptz '2026-11-20 02:00+00' - (n/5000)*interval '1 day' t from generate_series(1,:visits) n) s;
insert into assessment select pg_temp.id(7,n), pg_temp.id(6,n), 1, 'SUBMISSION', 1, null, 'VERIFIED', now(), null, null from generate_series(1,:visits) n;
insert into standing select pg_temp.id(6,n), pg_temp.id(5,n), pg_temp.id(7,n), 'VERIFIED' from generate_series(1,:visits) n;
insert into photo (id,person_id,content_type,byte_size,sha256,object_key,requested_at,upload_expires_at,check_in_id,ordinal,state,inspected_at,lease_until,attempts) select pg_temp.id(8,n*2+k), pg_temp.id(2,1+(n%5000*7)%3000), 'image/jpeg', 2000000, md5((n*2+k)::text)||md5(n::text), 'photos/'||(n*2+k), now(), now(), pg_temp.id(6,n), k, 'INTACT', now(), null, 0 from generate_series(1,:visits) n, generate_series(0,1) k;
set session_replication_role = default;
analyze;
