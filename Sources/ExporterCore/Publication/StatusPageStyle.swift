extension StatusPage {
  /// The style sheet: one column of cards on a phone, a table from 50 em on; light or dark as the system is.
  static let style = """
    :root {
      color-scheme: light dark;
      --ground: #f5f6f8; --card: #fff; --ink: #1b2330; --soft: #5b6675; --line: #e1e5ea; --link: #1a5fb4;
      --red: #b3202c; --red-soft: #fdecec; --amber: #8a5a00; --amber-soft: #fdf3dc;
      --green: #1c7440; --green-soft: #e3f4e9; --grey-soft: #eceff3;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --ground: #11151b; --card: #1a2029; --ink: #e6eaf0; --soft: #9aa6b5; --line: #2a323d; --link: #7cb3ff;
        --red: #ff8d8d; --red-soft: #3a1c20; --amber: #f2c063; --amber-soft: #352a14;
        --green: #7ad6a0; --green-soft: #15301f; --grey-soft: #262e39;
      }
    }
    * { box-sizing: border-box; }
    body {
      margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 76rem; background: var(--ground); color: var(--ink);
      font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif;
      -webkit-text-size-adjust: 100%;
    }
    header { display: flex; flex-wrap: wrap; gap: .5rem 2rem; align-items: baseline; justify-content: space-between; }
    header div { display: flex; flex-wrap: wrap; gap: 0 .75rem; align-items: baseline; }
    h1 { margin: 0; font-size: 1.375rem; line-height: 1.3; letter-spacing: -.01em; }
    p { margin: 0; }
    .version, .project, .scope, .details, footer { color: var(--soft); }
    nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; }
    a { color: var(--link); text-underline-offset: .2em; }
    a:focus-visible { outline: 2px solid var(--link); outline-offset: 3px; border-radius: 2px; }
    .summary {
      display: grid; grid-template-columns: repeat(auto-fit, minmax(6rem, 1fr)); gap: .625rem;
      margin: 1.5rem 0; padding: 0; list-style: none;
    }
    .summary li { padding: .7rem .9rem; border-radius: .625rem; background: var(--grey-soft); }
    .summary b { display: block; font-size: 1.75rem; line-height: 1.1; font-variant-numeric: tabular-nums; }
    .summary span { font-size: .875rem; }
    .summary .none { color: var(--soft); background: none; box-shadow: inset 0 0 0 1px var(--line); }
    .summary .none b { font-weight: 400; }
    .gone, .failing { --tone: var(--red); --tone-soft: var(--red-soft); }
    .partly { --tone: var(--amber); --tone-soft: var(--amber-soft); }
    .well { --tone: var(--green); --tone-soft: var(--green-soft); }
    .waiting { --tone: var(--soft); --tone-soft: var(--grey-soft); }
    .summary li:not(.none) { color: var(--tone); background: var(--tone-soft); }
    .note, .empty { margin: 1rem 0; padding: .75rem 1rem; border-radius: .625rem; background: var(--grey-soft); }
    table { width: 100%; border-collapse: separate; border-spacing: 0; }
    th { font-weight: 400; text-align: left; }
    th b { font-weight: 600; }
    td, th { font-variant-numeric: tabular-nums; }
    th[scope="row"] { overflow-wrap: anywhere; unicode-bidi: isolate; }
    .scope { display: block; font-size: .875rem; overflow-wrap: anywhere; }
    .state {
      display: inline-block; padding: .05rem .6rem; border-radius: 1rem; white-space: nowrap;
      font-size: .875rem; font-weight: 600; color: var(--tone); background: var(--tone-soft);
    }
    .trouble td { overflow-wrap: anywhere; font-size: .9375rem; }
    .trouble p + p { margin-top: .15rem; }
    .trouble b { font-weight: 600; color: var(--tone); }
    .details { font-size: .875rem; }
    .objects { margin: .25rem 0; padding-left: 1.25rem; font-size: .875rem; }
    .failed { color: var(--tone); white-space: nowrap; }
    footer { margin-top: 1.5rem; font-size: .875rem; }
    @media (min-width: 50em) {
      body { padding: 2rem 2rem 4rem; }
      table { background: var(--card); border-radius: .75rem; box-shadow: 0 0 0 1px var(--line); overflow: hidden; }
      thead th { padding: .625rem .75rem; font-size: .8125rem; color: var(--soft); white-space: nowrap; }
      tbody th, tbody td { padding: .7rem .75rem; vertical-align: baseline; }
      tbody tr:first-child > * { border-top: 1px solid var(--line); }
      tr > :first-child { padding-left: 1.25rem; }
      tr > :last-child { padding-right: 1.25rem; }
      .number { text-align: right; white-space: nowrap; }
      time { white-space: nowrap; }
      tbody.gone th, tbody.failing th, tbody.partly th, .trouble td { box-shadow: inset 3px 0 var(--tone); }
      .trouble td { padding-top: 0; padding-bottom: .9rem; }
    }
    /* Room for an instance's id in one line. */
    @media (min-width: 70em) { th[scope="row"] { min-width: 21rem; } }
    @media (max-width: 49.99em) {
      thead { display: none; }
      table, tbody, tr, td, th { display: block; }
      tbody {
        margin-bottom: .75rem; padding: .875rem 1rem; border-radius: .75rem; background: var(--card);
        box-shadow: 0 0 0 1px var(--line);
      }
      tbody.gone, tbody.failing, tbody.partly { box-shadow: 0 0 0 1px var(--line), inset 4px 0 var(--tone); }
      tbody tr:first-child { display: grid; grid-template-columns: 1.4fr 1.1fr 1fr; gap: .4rem .75rem; }
      tbody th[scope="row"] { grid-column: 1 / -1; padding-right: 7.5rem; }
      tbody { position: relative; overflow: hidden; }
      td[data-name="State"] { position: absolute; top: .875rem; right: 1rem; }
      td[data-name]:not([data-name="State"])::before {
        content: attr(data-name); display: block; font-size: .8125rem; line-height: 1.3; color: var(--soft);
      }
      td[data-name]:not([data-name="State"]) { font-size: .9375rem; }
      td[data-name="Next refresh"] { order: 1; }
      td[data-name="Series"], td[data-name="Requests"] { order: 2; }
      .trouble td { margin-top: .75rem; padding-top: .75rem; border-top: 1px solid var(--line); }
    }
    """
}
