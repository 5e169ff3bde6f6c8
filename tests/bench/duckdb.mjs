// The simple standards of a file of events in SQL, as one would write them by hand.
//   node duckdb.mjs MODULE FILE STANDARDS
const [module, file, standards] = process.argv.slice(2)
const {DuckDBInstance} = await import(module)
const link = await (await DuckDBInstance.create(':memory:')).connect()
const rows = async sql => (await link.runAndReadAll(sql)).getRowObjectsJson()
const seconds = async work => {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}
const text = value => `'${String(value).replaceAll("'", "''")}'`

const load = await seconds(() => link.run(`
  CREATE TABLE events AS SELECT contact, event, epoch_ms("at") AS "at", channel, queue FROM read_json(${text(file)},
    format = 'newline_delimited',
    columns = {contact: 'VARCHAR', event: 'VARCHAR', "at": 'TIMESTAMP', channel: 'VARCHAR', queue: 'VARCHAR'})`))

// A contact's clock runs from its first start event to the first stop event after it; who is over the limit is missed at
// that instant, stopped or not.
const question = s => `
  WITH until AS (SELECT max("at") AS now FROM events),
  since AS (SELECT ${s.window ? 'now - now % 86400000' : '0'} AS midnight FROM until),
  starts AS (SELECT contact, min("at") AS started, arg_min(${s.by ?? 'NULL'}, "at") AS grp FROM events
    WHERE channel = ${text(s.channel)} AND event = ${text(s.start)} GROUP BY contact),
  stops AS (SELECT contact, min(e."at") AS stopped FROM events e JOIN starts USING (contact)
    WHERE event = ${text(s.stop)} AND e."at" >= started GROUP BY contact),
  cycles AS (SELECT grp, stopped, stopped - started AS took,
      CASE WHEN stopped - started <= ${s.limit * 1000} THEN 'met'
           WHEN stopped IS NOT NULL OR now - started > ${s.limit * 1000} THEN 'missed' END AS outcome,
      least(coalesce(stopped, now), started + ${s.limit * 1000}) AS decided
    FROM starts LEFT JOIN stops USING (contact), until)
  SELECT grp, CAST(count(*) FILTER (outcome = 'met' AND decided >= midnight) AS INTEGER) AS met,
    CAST(count(*) FILTER (outcome = 'missed' AND decided >= midnight) AS INTEGER) AS missed,
    quantile_disc(took, [0.5, 0.9, 0.95, 0.99]) FILTER (stopped >= midnight) AS percentiles
  FROM cycles, since GROUP BY grp ORDER BY grp`

const answer = async s => (await rows(question(s))).map(row => ({
  standard: s.name, group: s.by ? {[s.by]: row.grp} : {}, met: row.met, missed: row.missed,
  percentiles: row.percentiles && Object.fromEntries([50, 90, 95, 99].map((q, i) => [q, Number(row.percentiles[i]) / 1000])),
}))

const list = JSON.parse(standards)
const answers = []
const one = await seconds(() => answer(list[0]))
const all = await seconds(async () => {
  for (const s of list) answers.push(...await answer(s))
})
const [{version, threads}] = await rows(`SELECT version() AS version, current_setting('threads') AS threads`)
console.log(JSON.stringify({version, threads: Number(threads), load, one, all, answers}))
