-- For wrk: an action on another line at every request, each with a submission key of its own.
-- BENCH_LINES names the lines, BENCH_COOKIE is the session, BENCH_DAY the day of the action (dd mm yyyy).
local lines = {}
for dossier, step in io.open(os.getenv("BENCH_LINES")):read("a"):gmatch("(%x+) (%x+)\n") do
  lines[#lines + 1] = { dossier = dossier, step = step }
end
local threads = 0

function setup(thread)
  thread:set("seed", threads)
  threads = threads + 1
end

function init()
  math.randomseed(os.time() * 7 + seed)
end

local headers = {
  ["Cookie"] = os.getenv("BENCH_COOKIE"),
  ["Content-Type"] = "application/x-www-form-urlencoded",
}
local day, month, year = os.getenv("BENCH_DAY"):match("(%d+) (%d+) (%d+)")

-- UUID v7: the time in milliseconds, and chance.
local function key()
  local ms = os.time() * 1000
  return string.format("%08x-%04x-7%03x-%04x-%04x%04x%04x", math.floor(ms / 65536), ms % 65536,
    math.random(0, 0xfff), math.random(0x8000, 0xbfff), math.random(0, 0xffff),
    math.random(0, 0xffff), math.random(0, 0xffff))
end

function request()
  local line = lines[math.random(#lines)]
  local body = "sleutel=" .. key() .. "&versie=&dag_actie_dag=" .. day .. "&dag_actie_maand=" .. month ..
    "&dag_actie_jaar=" .. year .. "&soort_actie=GESPREK&duur=45&aanwezigheid=aanwezig&plaats=&nota="
  return wrk.format("POST", "/dossier/" .. line.dossier .. "/stappen/" .. line.step .. "/acties/nieuw",
    headers, body)
end
