import { DeliveryWindow } from '../model/delivery-window.js';
import type { DevInfo, DevServer, ProcessStatus } from '../model/dev-server.js';
import { Journal } from '../model/journal.js';
import { Player, seconds } from '../model/player.js';
import { ProcessWatch } from '../model/process-watch.js';
import { RequestDesk } from '../model/request-desk.js';
import { playerOf, SavedLogin } from '../model/saved-login.js';
import { Score } from '../model/score.js';
import { Series } from '../model/series.js';
import { SteadyTraffic } from '../model/steady-traffic.js';
import { Trouble } from '../model/trouble.js';
import { Header } from './header.js';
import type { Notice } from './notice.js';
import { noticeFor } from './notice-text.js';
import { ProcessLights } from './process-lights.js';
import { fillRequestPanel } from './request-panel.js';
import { RoundTripChart } from './round-trip-chart.js';
import { SeqStrip } from './seq-strip.js';
import { TroublePanel } from './trouble-panel.js';
import { UnitList } from './unit-list.js';
import { WindowChart } from './window-chart.js';
import { ZeroLine } from './zero-line.js';

/** A minute of the fastest steady traffic. */
const ROUND_TRIPS = 3000;
/** Charts move by a few pixels a second: ten pictures are enough, and one for those who don't want motion. */
const CHART_MS = matchMedia('(prefers-reduced-motion: reduce)').matches ? 1000 : 100;

/** Puts the page together, model and views, and draws the views from the model in every frame. */
export class Stage {
  readonly #journal = new Journal();
  readonly #window = new DeliveryWindow();
  readonly #score = new Score();
  readonly #requests = new Series(ROUND_TRIPS);
  readonly #heartbeats = new Series(ROUND_TRIPS);
  readonly #player: Player;
  readonly #desk: RequestDesk;
  readonly #watch: ProcessWatch;
  readonly #trouble: TroublePanel;
  readonly #notice: Notice;
  readonly #header = new Header();
  readonly #zeroLine = new ZeroLine();
  readonly #units = new UnitList();
  readonly #lights = new ProcessLights();
  readonly #roundTripChart = new RoundTripChart();
  readonly #windowChart = new WindowChart();
  readonly #strip = new SeqStrip();
  #processes: readonly ProcessStatus[] | undefined = [];
  #chartsAt = 0;

  private constructor(server: DevServer, info: DevInfo, notice: Notice) {
    const name = playerOf(location.href, sessionStorage);
    const saved = new SavedLogin(sessionStorage, name);
    const journal = this.#journal;
    this.#notice = notice;
    this.#player = Player.open({ name, info, server, saved, journal, window: this.#window, score: this.#score });
    this.#desk = new RequestDesk(() => this.#player.client, journal, this.#requests);
    this.#watch = new ProcessWatch(server, {
      seen: (processes) => (this.#processes = processes),
      back: (process, downMs) => journal.happened(`${process} is back after ${seconds(downMs)} at most`, 'good'),
    });
    const parts = { player: this.#player, desk: this.#desk, server, watch: this.#watch, journal };
    this.#trouble = new TroublePanel(new Trouble(parts));
  }

  /** Logs in and begins to draw. */
  static open(server: DevServer, info: DevInfo, notice: Notice): void {
    new Stage(server, info, notice).#start();
  }

  #start(): void {
    this.#watch.start();
    const traffic = new SteadyTraffic(
      (ask) => void this.#desk.ask(ask, false),
      () => (this.#player.ending === undefined ? this.#unanswered : Infinity),
    );
    fillRequestPanel(this.#desk, traffic);
    addEventListener('pagehide', () => this.#player.save());
    requestAnimationFrame((now) => this.#draw(now));
  }

  get #unanswered(): number {
    const { waiting, underWay } = this.#player.client.pendingRequests;
    return waiting + underWay;
  }

  #draw(now: number): void {
    const player = this.#player;
    const { roundTripMs } = player.client;
    if (roundTripMs !== undefined && roundTripMs !== this.#heartbeats.last?.value)
      this.#heartbeats.add(now, roundTripMs);
    this.#window.observe(now, player.progress, this.#unanswered);
    player.score();
    this.#header.show(player);
    this.#zeroLine.show(this.#score, player.units);
    this.#notice.show(noticeFor(player, this.#processes, now));
    this.#units.show(this.#journal);
    this.#lights.show(this.#processes);
    this.#trouble.show(player);
    if (now - this.#chartsAt >= CHART_MS) this.#drawCharts(now);
    requestAnimationFrame((next) => this.#draw(next));
  }

  #drawCharts(now: number): void {
    const { progress } = this.#player;
    this.#chartsAt = now;
    this.#roundTripChart.show(now, this.#requests, this.#heartbeats, this.#window);
    this.#windowChart.show(now, this.#window, progress, this.#unanswered);
    this.#strip.show(progress, this.#window);
  }
}
