import { ChatLog } from '../model/chat-log.js';
import { DeliveryWindow } from '../model/delivery-window.js';
import type { DevInfo, DevServer, ProcessStatus } from '../model/dev-server.js';
import { Journal } from '../model/journal.js';
import { LinkHistory } from '../model/link-history.js';
import { OrderStory } from '../model/order-story.js';
import { Player, seconds } from '../model/player.js';
import { ProcessWatch } from '../model/process-watch.js';
import { RequestDesk } from '../model/request-desk.js';
import { SavedRoad } from '../model/road.js';
import { playerOf, SavedLogin } from '../model/saved-login.js';
import { Score } from '../model/score.js';
import { Series } from '../model/series.js';
import { Standings } from '../model/standings.js';
import { SteadyTraffic } from '../model/steady-traffic.js';
import { Timeline } from '../model/timeline.js';
import { TopicFeed } from '../model/topic-feed.js';
import { Trouble } from '../model/trouble.js';
import { ZoneMap } from '../model/zone-map.js';
import { ChatPanel } from './chat-panel.js';
import { byId } from './dom.js';
import { Header } from './header.js';
import { followLoad } from './load-slider.js';
import { MapPanel } from './map-panel.js';
import type { Notice } from './notice.js';
import { noticeFor } from './notice-text.js';
import { OrderPanel } from './order-panel.js';
import { ProcessLights } from './process-lights.js';
import { RequestPanel } from './request-panel.js';
import { RoadChoice } from './road-choice.js';
import { RoundTripChart } from './round-trip-chart.js';
import { ScorePanel } from './score-panel.js';
import { Shortcuts } from './shortcuts.js';
import { TimelineView } from './timeline-view.js';
import { TroublePanel } from './trouble-panel.js';
import { UnitList } from './unit-list.js';
import { WindowChart } from './window-chart.js';
import { ZeroLine } from './zero-line.js';

/** A minute of the fastest steady traffic. */
const ROUND_TRIPS = 24_000;
/** Times between two pictures, in ms: for those who don't want motion things move on twice a second. */
const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
const TIMELINE_MS = isCalm ? 500 : 30;
const CHART_MS = isCalm ? 1000 : 100;
/** What the example services push as class `latest`. */
const LATEST_TOPICS = ['score.board'];

/** Puts the page together, model and views, and draws the views from the model in every frame. */
export class Stage {
  readonly #journal = new Journal();
  readonly #window = new DeliveryWindow();
  readonly #score = new Score();
  readonly #timeline = new Timeline(LATEST_TOPICS);
  readonly #link = new LinkHistory();
  readonly #feed = new TopicFeed();
  readonly #map = new ZoneMap();
  readonly #chat = new ChatLog();
  readonly #standings = new Standings();
  readonly #order = new OrderStory();
  readonly #roundTrips = new Series(ROUND_TRIPS);
  readonly #heartbeats = new Series(ROUND_TRIPS);
  readonly #player: Player;
  readonly #desk: RequestDesk;
  readonly #watch: ProcessWatch;
  readonly #troublePanel: TroublePanel;
  readonly #notice: Notice;
  readonly #header: Header;
  readonly #zeroLine = new ZeroLine();
  readonly #units = new UnitList();
  readonly #lights: ProcessLights;
  readonly #timelineView = new TimelineView(this.#timeline, this.#link);
  readonly #roundTripChart = new RoundTripChart();
  readonly #windowChart = new WindowChart();
  readonly #requestPanel: RequestPanel;
  readonly #road: RoadChoice;
  readonly #mapPanel: MapPanel;
  readonly #chatPanel: ChatPanel;
  readonly #scorePanel: ScorePanel;
  readonly #orderPanel: OrderPanel;
  #processes: readonly ProcessStatus[] | undefined = [];
  #timelineAt = 0;
  #chartsAt = 0;

  private constructor(server: DevServer, info: DevInfo, notice: Notice) {
    const name = playerOf(location.href, sessionStorage);
    const saved = new SavedLogin(sessionStorage, name);
    const journal = this.#journal;
    const timeline = this.#timeline;
    this.#notice = notice;
    this.#follow();
    const savedRoad = new SavedRoad(sessionStorage);
    const shared = { journal, timeline, link: this.#link, feed: this.#feed, score: this.#score };
    this.#player = Player.open({ name, info, server, saved, savedRoad, ...shared });
    this.#desk = new RequestDesk({
      client: () => this.#player.client,
      journal,
      timeline,
      roundTrips: this.#roundTrips,
    });
    this.#watch = new ProcessWatch(server, {
      seen: (processes) => (this.#processes = processes),
      back: (process, downMs) => journal.happened(`${process} is back after ${seconds(downMs)} at most`, 'good'),
    });
    const trouble = new Trouble({ player: this.#player, desk: this.#desk, server, watch: this.#watch, journal });
    this.#troublePanel = new TroublePanel(trouble);
    this.#lights = new ProcessLights((process) => trouble.kill(process));
    this.#header = new Header(() => this.#toggle());
    this.#requestPanel = new RequestPanel(this.#desk);
    this.#road = new RoadChoice((road) => void this.#player.goOver(road));
    this.#mapPanel = new MapPanel(this.#desk, this.#map, name);
    this.#chatPanel = new ChatPanel(this.#desk, this.#chat, name);
    this.#scorePanel = new ScorePanel(this.#desk, this.#standings, name);
    this.#orderPanel = new OrderPanel(this.#desk, this.#order);
  }

  /** Logs in and begins to draw. */
  static open(server: DevServer, info: DevInfo, notice: Notice): void {
    new Stage(server, info, notice).#start();
  }

  /** Pushes of the example services, each to what shows it. */
  #follow(): void {
    this.#feed.on('zone.position', (fields) => this.#map.moved(fields, performance.now()));
    this.#feed.on('chat.line', (fields) => this.#chat.said(fields));
    this.#feed.on('score.board', (fields) => this.#standings.shown(fields));
    this.#feed.on('order.step', (fields, stand) => this.#order.told(fields, stand));
  }

  #start(): void {
    this.#watch.start();
    const traffic = new SteadyTraffic(
      (ask) => void this.#desk.ask(ask, false),
      () => (this.#player.ending !== undefined || this.#player.isChanging ? Infinity : this.#unanswered),
    );
    followLoad(traffic, location.href);
    this.#offerShortcuts();
    addEventListener('pagehide', () => this.#player.save());
    requestAnimationFrame((now) => this.#draw(now));
  }

  #offerShortcuts(): void {
    const press = (id: string) => (): void => byId(id, HTMLButtonElement).click();
    new Shortcuts(
      [
        { key: 'c', what: 'cut the link', run: press('cut') },
        { key: 'a', what: 'stay away', run: press('away') },
        { key: 'l', what: 'log in twice', run: press('open-second') },
        { key: 'd', what: 'disconnect, connect', run: press('connect') },
        { key: 'r', what: 'write a request', run: () => this.#requestPanel.focus() },
        { key: 't', what: 'go to the timeline', run: () => byId('timeline', HTMLElement).focus() },
        { key: 'p', what: 'pause the timeline, go live', run: () => this.#timelineView.togglePause() },
        { key: '+', what: 'show less time', run: () => this.#timelineView.zoom(-1) },
        { key: '-', what: 'show more time', run: () => this.#timelineView.zoom(1) },
      ],
      localStorage,
    );
  }

  #toggle(): void {
    if (this.#player.ending === undefined) this.#player.disconnect();
    else this.#player.connect();
  }

  get #unanswered(): number {
    const { waiting, underWay } = this.#player.client.pendingRequests;
    return waiting + underWay;
  }

  #draw(now: number): void {
    const player = this.#player;
    const { roundTripMs } = player.client;
    if (roundTripMs !== undefined && roundTripMs !== this.#heartbeats.last?.value)
      this.#heartbeats.add({ at: now, value: roundTripMs });
    this.#window.observe(now, player.progress, this.#unanswered);
    player.observe(now);
    this.#header.show(player);
    this.#road.show(player);
    this.#zeroLine.show(this.#score, player.units, this.#link);
    this.#notice.show(noticeFor(player, this.#processes, now));
    this.#units.show(now, this.#journal);
    this.#lights.show(this.#processes);
    this.#troublePanel.show(player);
    this.#mapPanel.show(now, player);
    this.#chatPanel.show();
    this.#scorePanel.show();
    this.#orderPanel.show();
    if (now - this.#timelineAt >= TIMELINE_MS) {
      this.#timelineAt = now;
      this.#timelineView.show(now);
    }
    if (now - this.#chartsAt >= CHART_MS) this.#drawCharts(now);
    requestAnimationFrame((next) => this.#draw(next));
  }

  #drawCharts(now: number): void {
    const { gaps } = this.#link;
    this.#chartsAt = now;
    this.#roundTripChart.show(now, this.#roundTrips, this.#heartbeats, gaps);
    this.#windowChart.show(now, this.#window, gaps, this.#player.progress, this.#unanswered);
  }
}
