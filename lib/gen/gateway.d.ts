// Generated from proto/ by `npm run generate`. Do not edit.
import * as $protobuf from "protobufjs";

/** Namespace gatesvr. */
export namespace gatesvr {

    /** Namespace v1. */
    namespace v1 {

        /**
         * Properties of a ClientFrame.
         * @deprecated Use gatesvr.v1.ClientFrame.$Properties instead.
         */
        interface IClientFrame extends gatesvr.v1.ClientFrame.$Properties {
        }

        /** Represents a ClientFrame. */
        class ClientFrame {

            /**
             * Constructs a new ClientFrame.
             * @param [properties] Properties to set
             */
            constructor(properties?: gatesvr.v1.ClientFrame.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ClientFrame seq. */
            seq: number;

            /** ClientFrame ack. */
            ack: number;

            /** ClientFrame hello. */
            hello?: (gatesvr.v1.Hello.$Properties|null);

            /** ClientFrame request. */
            request?: (gatesvr.v1.Request.$Properties|null);

            /** ClientFrame heartbeat. */
            heartbeat?: (gatesvr.v1.Heartbeat.$Properties|null);

            /** ClientFrame bye. */
            bye?: (gatesvr.v1.Bye.$Properties|null);

            /** ClientFrame cancel. */
            cancel?: (gatesvr.v1.Cancel.$Properties|null);

            /** ClientFrame refresh. */
            refresh?: (gatesvr.v1.Refresh.$Properties|null);

            /** ClientFrame body. */
            body?: ("hello"|"request"|"heartbeat"|"bye"|"cancel"|"refresh");

            /**
             * Encodes the specified ClientFrame message. Does not implicitly {@link gatesvr.v1.ClientFrame.verify|verify} messages.
             * @param message ClientFrame message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: gatesvr.v1.ClientFrame.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ClientFrame message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {gatesvr.v1.ClientFrame & gatesvr.v1.ClientFrame.$Shape} ClientFrame
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.v1.ClientFrame & gatesvr.v1.ClientFrame.$Shape;
        }

        namespace ClientFrame {

            /** Properties of a ClientFrame. */
            interface $Properties {

                /** ClientFrame seq */
                seq?: (number|null);

                /** ClientFrame ack */
                ack?: (number|null);

                /** ClientFrame hello */
                hello?: (gatesvr.v1.Hello.$Properties|null);

                /** ClientFrame request */
                request?: (gatesvr.v1.Request.$Properties|null);

                /** ClientFrame heartbeat */
                heartbeat?: (gatesvr.v1.Heartbeat.$Properties|null);

                /** ClientFrame bye */
                bye?: (gatesvr.v1.Bye.$Properties|null);

                /** ClientFrame cancel */
                cancel?: (gatesvr.v1.Cancel.$Properties|null);

                /** ClientFrame refresh */
                refresh?: (gatesvr.v1.Refresh.$Properties|null);

                /** ClientFrame body */
                body?: ("hello"|"request"|"heartbeat"|"bye"|"cancel"|"refresh");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a ClientFrame. */
            type $Shape = {
              seq?: number|null;
              ack?: number|null;
              hello?: gatesvr.v1.Hello.$Shape|null;
              request?: gatesvr.v1.Request.$Shape|null;
              heartbeat?: gatesvr.v1.Heartbeat.$Shape|null;
              bye?: gatesvr.v1.Bye.$Shape|null;
              cancel?: gatesvr.v1.Cancel.$Shape|null;
              refresh?: gatesvr.v1.Refresh.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ body?: undefined; hello?: null; request?: null; heartbeat?: null; bye?: null; cancel?: null; refresh?: null }|{ body?: "hello"; hello: gatesvr.v1.Hello.$Shape; request?: null; heartbeat?: null; bye?: null; cancel?: null; refresh?: null }|{ body?: "request"; hello?: null; request: gatesvr.v1.Request.$Shape; heartbeat?: null; bye?: null; cancel?: null; refresh?: null }|{ body?: "heartbeat"; hello?: null; request?: null; heartbeat: gatesvr.v1.Heartbeat.$Shape; bye?: null; cancel?: null; refresh?: null }|{ body?: "bye"; hello?: null; request?: null; heartbeat?: null; bye: gatesvr.v1.Bye.$Shape; cancel?: null; refresh?: null }|{ body?: "cancel"; hello?: null; request?: null; heartbeat?: null; bye?: null; cancel: gatesvr.v1.Cancel.$Shape; refresh?: null }|{ body?: "refresh"; hello?: null; request?: null; heartbeat?: null; bye?: null; cancel?: null; refresh: gatesvr.v1.Refresh.$Shape })
            );
        }

        /**
         * Properties of a Hello.
         * @deprecated Use gatesvr.v1.Hello.$Properties instead.
         */
        interface IHello extends gatesvr.v1.Hello.$Properties {
        }

        /** Represents a Hello. */
        class Hello {

            /**
             * Constructs a new Hello.
             * @param [properties] Properties to set
             */
            constructor(properties?: gatesvr.v1.Hello.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Hello protocol. */
            protocol: number;

            /** Hello token. */
            token: string;

            /** Hello playerId. */
            playerId: string;

            /** Hello resumeToken. */
            resumeToken: string;

            /** Hello lastServerSeq. */
            lastServerSeq: number;

            /** Hello clientVersion. */
            clientVersion: string;

            /** Hello headers. */
            headers: { [k: string]: string };

            /** Hello features. */
            features: string[];

            /**
             * Encodes the specified Hello message. Does not implicitly {@link gatesvr.v1.Hello.verify|verify} messages.
             * @param message Hello message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: gatesvr.v1.Hello.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Hello message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {gatesvr.v1.Hello & gatesvr.v1.Hello.$Shape} Hello
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.v1.Hello & gatesvr.v1.Hello.$Shape;
        }

        namespace Hello {

            /** Properties of a Hello. */
            interface $Properties {

                /** Hello protocol */
                protocol?: (number|null);

                /** Hello token */
                token?: (string|null);

                /** Hello playerId */
                playerId?: (string|null);

                /** Hello resumeToken */
                resumeToken?: (string|null);

                /** Hello lastServerSeq */
                lastServerSeq?: (number|null);

                /** Hello clientVersion */
                clientVersion?: (string|null);

                /** Hello headers */
                headers?: ({ [k: string]: string }|null);

                /** Hello features */
                features?: (string[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Hello. */
            type $Shape = gatesvr.v1.Hello.$Properties;
        }

        /**
         * Properties of a Request.
         * @deprecated Use gatesvr.v1.Request.$Properties instead.
         */
        interface IRequest extends gatesvr.v1.Request.$Properties {
        }

        /** Represents a Request. */
        class Request {

            /**
             * Constructs a new Request.
             * @param [properties] Properties to set
             */
            constructor(properties?: gatesvr.v1.Request.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Request action. */
            action: string;

            /** Request payload. */
            payload: Uint8Array;

            /** Request headers. */
            headers: { [k: string]: string };

            /** Request timeoutMs. */
            timeoutMs: number;

            /**
             * Encodes the specified Request message. Does not implicitly {@link gatesvr.v1.Request.verify|verify} messages.
             * @param message Request message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: gatesvr.v1.Request.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Request message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {gatesvr.v1.Request & gatesvr.v1.Request.$Shape} Request
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.v1.Request & gatesvr.v1.Request.$Shape;
        }

        namespace Request {

            /** Properties of a Request. */
            interface $Properties {

                /** Request action */
                action?: (string|null);

                /** Request payload */
                payload?: (Uint8Array|null);

                /** Request headers */
                headers?: ({ [k: string]: string }|null);

                /** Request timeoutMs */
                timeoutMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Request. */
            type $Shape = gatesvr.v1.Request.$Properties;
        }

        /**
         * Properties of a Heartbeat.
         * @deprecated Use gatesvr.v1.Heartbeat.$Properties instead.
         */
        interface IHeartbeat extends gatesvr.v1.Heartbeat.$Properties {
        }

        /** Represents a Heartbeat. */
        class Heartbeat {

            /**
             * Constructs a new Heartbeat.
             * @param [properties] Properties to set
             */
            constructor(properties?: gatesvr.v1.Heartbeat.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Heartbeat clientTimeMs. */
            clientTimeMs: number;

            /**
             * Encodes the specified Heartbeat message. Does not implicitly {@link gatesvr.v1.Heartbeat.verify|verify} messages.
             * @param message Heartbeat message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: gatesvr.v1.Heartbeat.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Heartbeat message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {gatesvr.v1.Heartbeat & gatesvr.v1.Heartbeat.$Shape} Heartbeat
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.v1.Heartbeat & gatesvr.v1.Heartbeat.$Shape;
        }

        namespace Heartbeat {

            /** Properties of a Heartbeat. */
            interface $Properties {

                /** Heartbeat clientTimeMs */
                clientTimeMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Heartbeat. */
            type $Shape = gatesvr.v1.Heartbeat.$Properties;
        }

        /**
         * Properties of a Bye.
         * @deprecated Use gatesvr.v1.Bye.$Properties instead.
         */
        interface IBye extends gatesvr.v1.Bye.$Properties {
        }

        /** Represents a Bye. */
        class Bye {

            /**
             * Constructs a new Bye.
             * @param [properties] Properties to set
             */
            constructor(properties?: gatesvr.v1.Bye.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Bye reason. */
            reason: gatesvr.v1.Reason;

            /**
             * Encodes the specified Bye message. Does not implicitly {@link gatesvr.v1.Bye.verify|verify} messages.
             * @param message Bye message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: gatesvr.v1.Bye.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Bye message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {gatesvr.v1.Bye & gatesvr.v1.Bye.$Shape} Bye
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.v1.Bye & gatesvr.v1.Bye.$Shape;
        }

        namespace Bye {

            /** Properties of a Bye. */
            interface $Properties {

                /** Bye reason */
                reason?: (gatesvr.v1.Reason|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Bye. */
            type $Shape = gatesvr.v1.Bye.$Properties;
        }

        /**
         * Properties of a Cancel.
         * @deprecated Use gatesvr.v1.Cancel.$Properties instead.
         */
        interface ICancel extends gatesvr.v1.Cancel.$Properties {
        }

        /** Represents a Cancel. */
        class Cancel {

            /**
             * Constructs a new Cancel.
             * @param [properties] Properties to set
             */
            constructor(properties?: gatesvr.v1.Cancel.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Cancel clientSeq. */
            clientSeq: number;

            /**
             * Encodes the specified Cancel message. Does not implicitly {@link gatesvr.v1.Cancel.verify|verify} messages.
             * @param message Cancel message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: gatesvr.v1.Cancel.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Cancel message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {gatesvr.v1.Cancel & gatesvr.v1.Cancel.$Shape} Cancel
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.v1.Cancel & gatesvr.v1.Cancel.$Shape;
        }

        namespace Cancel {

            /** Properties of a Cancel. */
            interface $Properties {

                /** Cancel clientSeq */
                clientSeq?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Cancel. */
            type $Shape = gatesvr.v1.Cancel.$Properties;
        }

        /**
         * Properties of a Refresh.
         * @deprecated Use gatesvr.v1.Refresh.$Properties instead.
         */
        interface IRefresh extends gatesvr.v1.Refresh.$Properties {
        }

        /** Represents a Refresh. */
        class Refresh {

            /**
             * Constructs a new Refresh.
             * @param [properties] Properties to set
             */
            constructor(properties?: gatesvr.v1.Refresh.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Refresh token. */
            token: string;

            /**
             * Encodes the specified Refresh message. Does not implicitly {@link gatesvr.v1.Refresh.verify|verify} messages.
             * @param message Refresh message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: gatesvr.v1.Refresh.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Refresh message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {gatesvr.v1.Refresh & gatesvr.v1.Refresh.$Shape} Refresh
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.v1.Refresh & gatesvr.v1.Refresh.$Shape;
        }

        namespace Refresh {

            /** Properties of a Refresh. */
            interface $Properties {

                /** Refresh token */
                token?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Refresh. */
            type $Shape = gatesvr.v1.Refresh.$Properties;
        }

        /**
         * Properties of a ServerFrame.
         * @deprecated Use gatesvr.v1.ServerFrame.$Properties instead.
         */
        interface IServerFrame extends gatesvr.v1.ServerFrame.$Properties {
        }

        /** Represents a ServerFrame. */
        class ServerFrame {

            /**
             * Constructs a new ServerFrame.
             * @param [properties] Properties to set
             */
            constructor(properties?: gatesvr.v1.ServerFrame.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ServerFrame seq. */
            seq: number;

            /** ServerFrame ack. */
            ack: number;

            /** ServerFrame welcome. */
            welcome?: (gatesvr.v1.Welcome.$Properties|null);

            /** ServerFrame delivery. */
            delivery?: (gatesvr.v1.Delivery.$Properties|null);

            /** ServerFrame replayed. */
            replayed?: (gatesvr.v1.Replayed.$Properties|null);

            /** ServerFrame pong. */
            pong?: (gatesvr.v1.Pong.$Properties|null);

            /** ServerFrame kick. */
            kick?: (gatesvr.v1.Kick.$Properties|null);

            /** ServerFrame reconnect. */
            reconnect?: (gatesvr.v1.Reconnect.$Properties|null);

            /** ServerFrame slow. */
            slow?: (gatesvr.v1.Slow.$Properties|null);

            /** ServerFrame error. */
            error?: (gatesvr.v1.Error.$Properties|null);

            /** ServerFrame ping. */
            ping?: (gatesvr.v1.Ping.$Properties|null);

            /** ServerFrame refreshed. */
            refreshed?: (gatesvr.v1.Refreshed.$Properties|null);

            /** ServerFrame first. */
            first: number;

            /** ServerFrame body. */
            body?: ("welcome"|"delivery"|"replayed"|"pong"|"kick"|"reconnect"|"slow"|"error"|"ping"|"refreshed");

            /**
             * Encodes the specified ServerFrame message. Does not implicitly {@link gatesvr.v1.ServerFrame.verify|verify} messages.
             * @param message ServerFrame message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: gatesvr.v1.ServerFrame.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ServerFrame message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {gatesvr.v1.ServerFrame & gatesvr.v1.ServerFrame.$Shape} ServerFrame
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.v1.ServerFrame & gatesvr.v1.ServerFrame.$Shape;
        }

        namespace ServerFrame {

            /** Properties of a ServerFrame. */
            interface $Properties {

                /** ServerFrame seq */
                seq?: (number|null);

                /** ServerFrame ack */
                ack?: (number|null);

                /** ServerFrame welcome */
                welcome?: (gatesvr.v1.Welcome.$Properties|null);

                /** ServerFrame delivery */
                delivery?: (gatesvr.v1.Delivery.$Properties|null);

                /** ServerFrame replayed */
                replayed?: (gatesvr.v1.Replayed.$Properties|null);

                /** ServerFrame pong */
                pong?: (gatesvr.v1.Pong.$Properties|null);

                /** ServerFrame kick */
                kick?: (gatesvr.v1.Kick.$Properties|null);

                /** ServerFrame reconnect */
                reconnect?: (gatesvr.v1.Reconnect.$Properties|null);

                /** ServerFrame slow */
                slow?: (gatesvr.v1.Slow.$Properties|null);

                /** ServerFrame error */
                error?: (gatesvr.v1.Error.$Properties|null);

                /** ServerFrame ping */
                ping?: (gatesvr.v1.Ping.$Properties|null);

                /** ServerFrame refreshed */
                refreshed?: (gatesvr.v1.Refreshed.$Properties|null);

                /** ServerFrame first */
                first?: (number|null);

                /** ServerFrame body */
                body?: ("welcome"|"delivery"|"replayed"|"pong"|"kick"|"reconnect"|"slow"|"error"|"ping"|"refreshed");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a ServerFrame. */
            type $Shape = {
              seq?: number|null;
              ack?: number|null;
              welcome?: gatesvr.v1.Welcome.$Shape|null;
              delivery?: gatesvr.v1.Delivery.$Shape|null;
              replayed?: gatesvr.v1.Replayed.$Shape|null;
              pong?: gatesvr.v1.Pong.$Shape|null;
              kick?: gatesvr.v1.Kick.$Shape|null;
              reconnect?: gatesvr.v1.Reconnect.$Shape|null;
              slow?: gatesvr.v1.Slow.$Shape|null;
              error?: gatesvr.v1.Error.$Shape|null;
              ping?: gatesvr.v1.Ping.$Shape|null;
              refreshed?: gatesvr.v1.Refreshed.$Shape|null;
              first?: number|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ body?: undefined; welcome?: null; delivery?: null; replayed?: null; pong?: null; kick?: null; reconnect?: null; slow?: null; error?: null; ping?: null; refreshed?: null }|{ body?: "welcome"; welcome: gatesvr.v1.Welcome.$Shape; delivery?: null; replayed?: null; pong?: null; kick?: null; reconnect?: null; slow?: null; error?: null; ping?: null; refreshed?: null }|{ body?: "delivery"; welcome?: null; delivery: gatesvr.v1.Delivery.$Shape; replayed?: null; pong?: null; kick?: null; reconnect?: null; slow?: null; error?: null; ping?: null; refreshed?: null }|{ body?: "replayed"; welcome?: null; delivery?: null; replayed: gatesvr.v1.Replayed.$Shape; pong?: null; kick?: null; reconnect?: null; slow?: null; error?: null; ping?: null; refreshed?: null }|{ body?: "pong"; welcome?: null; delivery?: null; replayed?: null; pong: gatesvr.v1.Pong.$Shape; kick?: null; reconnect?: null; slow?: null; error?: null; ping?: null; refreshed?: null }|{ body?: "kick"; welcome?: null; delivery?: null; replayed?: null; pong?: null; kick: gatesvr.v1.Kick.$Shape; reconnect?: null; slow?: null; error?: null; ping?: null; refreshed?: null }|{ body?: "reconnect"; welcome?: null; delivery?: null; replayed?: null; pong?: null; kick?: null; reconnect: gatesvr.v1.Reconnect.$Shape; slow?: null; error?: null; ping?: null; refreshed?: null }|{ body?: "slow"; welcome?: null; delivery?: null; replayed?: null; pong?: null; kick?: null; reconnect?: null; slow: gatesvr.v1.Slow.$Shape; error?: null; ping?: null; refreshed?: null }|{ body?: "error"; welcome?: null; delivery?: null; replayed?: null; pong?: null; kick?: null; reconnect?: null; slow?: null; error: gatesvr.v1.Error.$Shape; ping?: null; refreshed?: null }|{ body?: "ping"; welcome?: null; delivery?: null; replayed?: null; pong?: null; kick?: null; reconnect?: null; slow?: null; error?: null; ping: gatesvr.v1.Ping.$Shape; refreshed?: null }|{ body?: "refreshed"; welcome?: null; delivery?: null; replayed?: null; pong?: null; kick?: null; reconnect?: null; slow?: null; error?: null; ping?: null; refreshed: gatesvr.v1.Refreshed.$Shape })
            );
        }

        /**
         * Properties of a Welcome.
         * @deprecated Use gatesvr.v1.Welcome.$Properties instead.
         */
        interface IWelcome extends gatesvr.v1.Welcome.$Properties {
        }

        /** Represents a Welcome. */
        class Welcome {

            /**
             * Constructs a new Welcome.
             * @param [properties] Properties to set
             */
            constructor(properties?: gatesvr.v1.Welcome.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Welcome sessionId. */
            sessionId: string;

            /** Welcome playerId. */
            playerId: string;

            /** Welcome zone. */
            zone: string;

            /** Welcome epoch. */
            epoch: string;

            /** Welcome resume. */
            resume: gatesvr.v1.Resume;

            /** Welcome resumeReason. */
            resumeReason: string;

            /** Welcome lostFrom. */
            lostFrom: number;

            /** Welcome lostTo. */
            lostTo: number;

            /** Welcome lastClientSeq. */
            lastClientSeq: number;

            /** Welcome nextServerSeq. */
            nextServerSeq: number;

            /** Welcome resumeToken. */
            resumeToken: string;

            /** Welcome heartbeatIntervalMs. */
            heartbeatIntervalMs: number;

            /** Welcome maxFrameBytes. */
            maxFrameBytes: number;

            /** Welcome data. */
            data: Uint8Array;

            /** Welcome inFlight. */
            inFlight: number[];

            /** Welcome protocol. */
            protocol: number;

            /** Welcome features. */
            features: string[];

            /** Welcome openStreams. */
            openStreams: number[];

            /**
             * Encodes the specified Welcome message. Does not implicitly {@link gatesvr.v1.Welcome.verify|verify} messages.
             * @param message Welcome message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: gatesvr.v1.Welcome.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Welcome message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {gatesvr.v1.Welcome & gatesvr.v1.Welcome.$Shape} Welcome
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.v1.Welcome & gatesvr.v1.Welcome.$Shape;
        }

        namespace Welcome {

            /** Properties of a Welcome. */
            interface $Properties {

                /** Welcome sessionId */
                sessionId?: (string|null);

                /** Welcome playerId */
                playerId?: (string|null);

                /** Welcome zone */
                zone?: (string|null);

                /** Welcome epoch */
                epoch?: (string|null);

                /** Welcome resume */
                resume?: (gatesvr.v1.Resume|null);

                /** Welcome resumeReason */
                resumeReason?: (string|null);

                /** Welcome lostFrom */
                lostFrom?: (number|null);

                /** Welcome lostTo */
                lostTo?: (number|null);

                /** Welcome lastClientSeq */
                lastClientSeq?: (number|null);

                /** Welcome nextServerSeq */
                nextServerSeq?: (number|null);

                /** Welcome resumeToken */
                resumeToken?: (string|null);

                /** Welcome heartbeatIntervalMs */
                heartbeatIntervalMs?: (number|null);

                /** Welcome maxFrameBytes */
                maxFrameBytes?: (number|null);

                /** Welcome data */
                data?: (Uint8Array|null);

                /** Welcome inFlight */
                inFlight?: (number[]|null);

                /** Welcome protocol */
                protocol?: (number|null);

                /** Welcome features */
                features?: (string[]|null);

                /** Welcome openStreams */
                openStreams?: (number[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Welcome. */
            type $Shape = gatesvr.v1.Welcome.$Properties;
        }

        /** Resume enum. */
        enum Resume {

            /** RESUME_UNSPECIFIED value */
            RESUME_UNSPECIFIED = 0,

            /** FULL value */
            FULL = 1,

            /** PARTIAL value */
            PARTIAL = 2,

            /** FRESH value */
            FRESH = 3
        }

        /**
         * Properties of a Delivery.
         * @deprecated Use gatesvr.v1.Delivery.$Properties instead.
         */
        interface IDelivery extends gatesvr.v1.Delivery.$Properties {
        }

        /** Represents a Delivery. */
        class Delivery {

            /**
             * Constructs a new Delivery.
             * @param [properties] Properties to set
             */
            constructor(properties?: gatesvr.v1.Delivery.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Delivery items. */
            items: gatesvr.v1.Item.$Properties[];

            /**
             * Encodes the specified Delivery message. Does not implicitly {@link gatesvr.v1.Delivery.verify|verify} messages.
             * @param message Delivery message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: gatesvr.v1.Delivery.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Delivery message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {gatesvr.v1.Delivery & gatesvr.v1.Delivery.$Shape} Delivery
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.v1.Delivery & gatesvr.v1.Delivery.$Shape;
        }

        namespace Delivery {

            /** Properties of a Delivery. */
            interface $Properties {

                /** Delivery items */
                items?: (gatesvr.v1.Item.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Delivery. */
            type $Shape = {
              items?: gatesvr.v1.Item.$Shape[]|null;
              $unknowns?: Uint8Array[];
            };
        }

        /**
         * Properties of an Item.
         * @deprecated Use gatesvr.v1.Item.$Properties instead.
         */
        interface IItem extends gatesvr.v1.Item.$Properties {
        }

        /** Represents an Item. */
        class Item {

            /**
             * Constructs a new Item.
             * @param [properties] Properties to set
             */
            constructor(properties?: gatesvr.v1.Item.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Item response. */
            response?: (gatesvr.v1.Response.$Properties|null);

            /** Item notify. */
            notify?: (gatesvr.v1.Notify.$Properties|null);

            /** Item end. */
            end?: (gatesvr.v1.End.$Properties|null);

            /** Item kind. */
            kind?: ("response"|"notify"|"end");

            /**
             * Encodes the specified Item message. Does not implicitly {@link gatesvr.v1.Item.verify|verify} messages.
             * @param message Item message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: gatesvr.v1.Item.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Item message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {gatesvr.v1.Item & gatesvr.v1.Item.$Shape} Item
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.v1.Item & gatesvr.v1.Item.$Shape;
        }

        namespace Item {

            /** Properties of an Item. */
            interface $Properties {

                /** Item response */
                response?: (gatesvr.v1.Response.$Properties|null);

                /** Item notify */
                notify?: (gatesvr.v1.Notify.$Properties|null);

                /** Item end */
                end?: (gatesvr.v1.End.$Properties|null);

                /** Item kind */
                kind?: ("response"|"notify"|"end");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of an Item. */
            type $Shape = {
              response?: gatesvr.v1.Response.$Shape|null;
              notify?: gatesvr.v1.Notify.$Shape|null;
              end?: gatesvr.v1.End.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ kind?: undefined; response?: null; notify?: null; end?: null }|{ kind?: "response"; response: gatesvr.v1.Response.$Shape; notify?: null; end?: null }|{ kind?: "notify"; response?: null; notify: gatesvr.v1.Notify.$Shape; end?: null }|{ kind?: "end"; response?: null; notify?: null; end: gatesvr.v1.End.$Shape })
            );
        }

        /**
         * Properties of a Response.
         * @deprecated Use gatesvr.v1.Response.$Properties instead.
         */
        interface IResponse extends gatesvr.v1.Response.$Properties {
        }

        /** Represents a Response. */
        class Response {

            /**
             * Constructs a new Response.
             * @param [properties] Properties to set
             */
            constructor(properties?: gatesvr.v1.Response.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Response clientSeq. */
            clientSeq: number;

            /** Response code. */
            code: number;

            /** Response message. */
            message: string;

            /** Response payload. */
            payload: Uint8Array;

            /** Response headers. */
            headers: { [k: string]: string };

            /** Response outcome. */
            outcome: gatesvr.v1.Outcome;

            /** Response stream. */
            stream: boolean;

            /**
             * Encodes the specified Response message. Does not implicitly {@link gatesvr.v1.Response.verify|verify} messages.
             * @param message Response message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: gatesvr.v1.Response.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Response message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {gatesvr.v1.Response & gatesvr.v1.Response.$Shape} Response
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.v1.Response & gatesvr.v1.Response.$Shape;
        }

        namespace Response {

            /** Properties of a Response. */
            interface $Properties {

                /** Response clientSeq */
                clientSeq?: (number|null);

                /** Response code */
                code?: (number|null);

                /** Response message */
                message?: (string|null);

                /** Response payload */
                payload?: (Uint8Array|null);

                /** Response headers */
                headers?: ({ [k: string]: string }|null);

                /** Response outcome */
                outcome?: (gatesvr.v1.Outcome|null);

                /** Response stream */
                stream?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Response. */
            type $Shape = gatesvr.v1.Response.$Properties;
        }

        /** Outcome enum. */
        enum Outcome {

            /** ANSWERED value */
            ANSWERED = 0,

            /** NOT_EXECUTED value */
            NOT_EXECUTED = 1,

            /** UNKNOWN value */
            UNKNOWN = 2
        }

        /**
         * Properties of a Notify.
         * @deprecated Use gatesvr.v1.Notify.$Properties instead.
         */
        interface INotify extends gatesvr.v1.Notify.$Properties {
        }

        /** Represents a Notify. */
        class Notify {

            /**
             * Constructs a new Notify.
             * @param [properties] Properties to set
             */
            constructor(properties?: gatesvr.v1.Notify.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Notify topic. */
            topic: string;

            /** Notify payload. */
            payload: Uint8Array;

            /** Notify headers. */
            headers: { [k: string]: string };

            /** Notify boundClientSeq. */
            boundClientSeq: number;

            /** Notify id. */
            id: string;

            /**
             * Encodes the specified Notify message. Does not implicitly {@link gatesvr.v1.Notify.verify|verify} messages.
             * @param message Notify message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: gatesvr.v1.Notify.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Notify message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {gatesvr.v1.Notify & gatesvr.v1.Notify.$Shape} Notify
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.v1.Notify & gatesvr.v1.Notify.$Shape;
        }

        namespace Notify {

            /** Properties of a Notify. */
            interface $Properties {

                /** Notify topic */
                topic?: (string|null);

                /** Notify payload */
                payload?: (Uint8Array|null);

                /** Notify headers */
                headers?: ({ [k: string]: string }|null);

                /** Notify boundClientSeq */
                boundClientSeq?: (number|null);

                /** Notify id */
                id?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Notify. */
            type $Shape = gatesvr.v1.Notify.$Properties;
        }

        /**
         * Properties of an End.
         * @deprecated Use gatesvr.v1.End.$Properties instead.
         */
        interface IEnd extends gatesvr.v1.End.$Properties {
        }

        /** Represents an End. */
        class End {

            /**
             * Constructs a new End.
             * @param [properties] Properties to set
             */
            constructor(properties?: gatesvr.v1.End.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** End clientSeq. */
            clientSeq: number;

            /** End code. */
            code: number;

            /** End message. */
            message: string;

            /** End outcome. */
            outcome: gatesvr.v1.Outcome;

            /** End headers. */
            headers: { [k: string]: string };

            /**
             * Encodes the specified End message. Does not implicitly {@link gatesvr.v1.End.verify|verify} messages.
             * @param message End message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: gatesvr.v1.End.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an End message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {gatesvr.v1.End & gatesvr.v1.End.$Shape} End
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.v1.End & gatesvr.v1.End.$Shape;
        }

        namespace End {

            /** Properties of an End. */
            interface $Properties {

                /** End clientSeq */
                clientSeq?: (number|null);

                /** End code */
                code?: (number|null);

                /** End message */
                message?: (string|null);

                /** End outcome */
                outcome?: (gatesvr.v1.Outcome|null);

                /** End headers */
                headers?: ({ [k: string]: string }|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an End. */
            type $Shape = gatesvr.v1.End.$Properties;
        }

        /**
         * Properties of a Replayed.
         * @deprecated Use gatesvr.v1.Replayed.$Properties instead.
         */
        interface IReplayed extends gatesvr.v1.Replayed.$Properties {
        }

        /** Represents a Replayed. */
        class Replayed {

            /**
             * Constructs a new Replayed.
             * @param [properties] Properties to set
             */
            constructor(properties?: gatesvr.v1.Replayed.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Replayed upTo. */
            upTo: number;

            /**
             * Encodes the specified Replayed message. Does not implicitly {@link gatesvr.v1.Replayed.verify|verify} messages.
             * @param message Replayed message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: gatesvr.v1.Replayed.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Replayed message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {gatesvr.v1.Replayed & gatesvr.v1.Replayed.$Shape} Replayed
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.v1.Replayed & gatesvr.v1.Replayed.$Shape;
        }

        namespace Replayed {

            /** Properties of a Replayed. */
            interface $Properties {

                /** Replayed upTo */
                upTo?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Replayed. */
            type $Shape = gatesvr.v1.Replayed.$Properties;
        }

        /**
         * Properties of a Pong.
         * @deprecated Use gatesvr.v1.Pong.$Properties instead.
         */
        interface IPong extends gatesvr.v1.Pong.$Properties {
        }

        /** Represents a Pong. */
        class Pong {

            /**
             * Constructs a new Pong.
             * @param [properties] Properties to set
             */
            constructor(properties?: gatesvr.v1.Pong.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Pong clientTimeMs. */
            clientTimeMs: number;

            /** Pong serverTimeMs. */
            serverTimeMs: number;

            /**
             * Encodes the specified Pong message. Does not implicitly {@link gatesvr.v1.Pong.verify|verify} messages.
             * @param message Pong message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: gatesvr.v1.Pong.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Pong message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {gatesvr.v1.Pong & gatesvr.v1.Pong.$Shape} Pong
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.v1.Pong & gatesvr.v1.Pong.$Shape;
        }

        namespace Pong {

            /** Properties of a Pong. */
            interface $Properties {

                /** Pong clientTimeMs */
                clientTimeMs?: (number|null);

                /** Pong serverTimeMs */
                serverTimeMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Pong. */
            type $Shape = gatesvr.v1.Pong.$Properties;
        }

        /**
         * Properties of a Ping.
         * @deprecated Use gatesvr.v1.Ping.$Properties instead.
         */
        interface IPing extends gatesvr.v1.Ping.$Properties {
        }

        /** Represents a Ping. */
        class Ping {

            /**
             * Constructs a new Ping.
             * @param [properties] Properties to set
             */
            constructor(properties?: gatesvr.v1.Ping.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /**
             * Encodes the specified Ping message. Does not implicitly {@link gatesvr.v1.Ping.verify|verify} messages.
             * @param message Ping message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: gatesvr.v1.Ping.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Ping message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {gatesvr.v1.Ping & gatesvr.v1.Ping.$Shape} Ping
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.v1.Ping & gatesvr.v1.Ping.$Shape;
        }

        namespace Ping {

            /** Properties of a Ping. */
            interface $Properties {

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Ping. */
            type $Shape = gatesvr.v1.Ping.$Properties;
        }

        /**
         * Properties of a Kick.
         * @deprecated Use gatesvr.v1.Kick.$Properties instead.
         */
        interface IKick extends gatesvr.v1.Kick.$Properties {
        }

        /** Represents a Kick. */
        class Kick {

            /**
             * Constructs a new Kick.
             * @param [properties] Properties to set
             */
            constructor(properties?: gatesvr.v1.Kick.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Kick reason. */
            reason: gatesvr.v1.Reason;

            /** Kick message. */
            message: string;

            /**
             * Encodes the specified Kick message. Does not implicitly {@link gatesvr.v1.Kick.verify|verify} messages.
             * @param message Kick message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: gatesvr.v1.Kick.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Kick message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {gatesvr.v1.Kick & gatesvr.v1.Kick.$Shape} Kick
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.v1.Kick & gatesvr.v1.Kick.$Shape;
        }

        namespace Kick {

            /** Properties of a Kick. */
            interface $Properties {

                /** Kick reason */
                reason?: (gatesvr.v1.Reason|null);

                /** Kick message */
                message?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Kick. */
            type $Shape = gatesvr.v1.Kick.$Properties;
        }

        /**
         * Properties of a Reconnect.
         * @deprecated Use gatesvr.v1.Reconnect.$Properties instead.
         */
        interface IReconnect extends gatesvr.v1.Reconnect.$Properties {
        }

        /** Represents a Reconnect. */
        class Reconnect {

            /**
             * Constructs a new Reconnect.
             * @param [properties] Properties to set
             */
            constructor(properties?: gatesvr.v1.Reconnect.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Reconnect url. */
            url: string;

            /** Reconnect delayMs. */
            delayMs: number;

            /** Reconnect reason. */
            reason: string;

            /**
             * Encodes the specified Reconnect message. Does not implicitly {@link gatesvr.v1.Reconnect.verify|verify} messages.
             * @param message Reconnect message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: gatesvr.v1.Reconnect.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Reconnect message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {gatesvr.v1.Reconnect & gatesvr.v1.Reconnect.$Shape} Reconnect
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.v1.Reconnect & gatesvr.v1.Reconnect.$Shape;
        }

        namespace Reconnect {

            /** Properties of a Reconnect. */
            interface $Properties {

                /** Reconnect url */
                url?: (string|null);

                /** Reconnect delayMs */
                delayMs?: (number|null);

                /** Reconnect reason */
                reason?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Reconnect. */
            type $Shape = gatesvr.v1.Reconnect.$Properties;
        }

        /**
         * Properties of a Slow.
         * @deprecated Use gatesvr.v1.Slow.$Properties instead.
         */
        interface ISlow extends gatesvr.v1.Slow.$Properties {
        }

        /** Represents a Slow. */
        class Slow {

            /**
             * Constructs a new Slow.
             * @param [properties] Properties to set
             */
            constructor(properties?: gatesvr.v1.Slow.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Slow queued. */
            queued: number;

            /** Slow queuedBytes. */
            queuedBytes: number;

            /**
             * Encodes the specified Slow message. Does not implicitly {@link gatesvr.v1.Slow.verify|verify} messages.
             * @param message Slow message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: gatesvr.v1.Slow.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Slow message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {gatesvr.v1.Slow & gatesvr.v1.Slow.$Shape} Slow
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.v1.Slow & gatesvr.v1.Slow.$Shape;
        }

        namespace Slow {

            /** Properties of a Slow. */
            interface $Properties {

                /** Slow queued */
                queued?: (number|null);

                /** Slow queuedBytes */
                queuedBytes?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Slow. */
            type $Shape = gatesvr.v1.Slow.$Properties;
        }

        /**
         * Properties of an Error.
         * @deprecated Use gatesvr.v1.Error.$Properties instead.
         */
        interface IError extends gatesvr.v1.Error.$Properties {
        }

        /** Represents an Error. */
        class Error {

            /**
             * Constructs a new Error.
             * @param [properties] Properties to set
             */
            constructor(properties?: gatesvr.v1.Error.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Error code. */
            code: number;

            /** Error message. */
            message: string;

            /** Error clientSeq. */
            clientSeq: number;

            /**
             * Encodes the specified Error message. Does not implicitly {@link gatesvr.v1.Error.verify|verify} messages.
             * @param message Error message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: gatesvr.v1.Error.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Error message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {gatesvr.v1.Error & gatesvr.v1.Error.$Shape} Error
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.v1.Error & gatesvr.v1.Error.$Shape;
        }

        namespace Error {

            /** Properties of an Error. */
            interface $Properties {

                /** Error code */
                code?: (number|null);

                /** Error message */
                message?: (string|null);

                /** Error clientSeq */
                clientSeq?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Error. */
            type $Shape = gatesvr.v1.Error.$Properties;
        }

        /**
         * Properties of a Refreshed.
         * @deprecated Use gatesvr.v1.Refreshed.$Properties instead.
         */
        interface IRefreshed extends gatesvr.v1.Refreshed.$Properties {
        }

        /** Represents a Refreshed. */
        class Refreshed {

            /**
             * Constructs a new Refreshed.
             * @param [properties] Properties to set
             */
            constructor(properties?: gatesvr.v1.Refreshed.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Refreshed code. */
            code: number;

            /** Refreshed expiresInMs. */
            expiresInMs: number;

            /**
             * Encodes the specified Refreshed message. Does not implicitly {@link gatesvr.v1.Refreshed.verify|verify} messages.
             * @param message Refreshed message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: gatesvr.v1.Refreshed.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Refreshed message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {gatesvr.v1.Refreshed & gatesvr.v1.Refreshed.$Shape} Refreshed
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gatesvr.v1.Refreshed & gatesvr.v1.Refreshed.$Shape;
        }

        namespace Refreshed {

            /** Properties of a Refreshed. */
            interface $Properties {

                /** Refreshed code */
                code?: (number|null);

                /** Refreshed expiresInMs */
                expiresInMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Refreshed. */
            type $Shape = gatesvr.v1.Refreshed.$Properties;
        }

        /** Reason enum. */
        enum Reason {

            /** REASON_UNSPECIFIED value */
            REASON_UNSPECIFIED = 0,

            /** REPLACED value */
            REPLACED = 1,

            /** KICKED value */
            KICKED = 2,

            /** LOGOUT value */
            LOGOUT = 3,

            /** LEAVING value */
            LEAVING = 4,

            /** SLOW value */
            SLOW = 5,

            /** DRAINING value */
            DRAINING = 6,

            /** LOGIN_EXPIRED value */
            LOGIN_EXPIRED = 7,

            /** PROTOCOL value */
            PROTOCOL = 8,

            /** HEARTBEAT value */
            HEARTBEAT = 9,

            /** LEASE_LOST value */
            LEASE_LOST = 10
        }

        /** CloseCode enum. */
        enum CloseCode {

            /** CLOSE_UNSPECIFIED value */
            CLOSE_UNSPECIFIED = 0,

            /** CLOSE_DRAINING value */
            CLOSE_DRAINING = 4001,

            /** CLOSE_LOGIN_TIMEOUT value */
            CLOSE_LOGIN_TIMEOUT = 4002,

            /** CLOSE_LOGIN_UNAVAILABLE value */
            CLOSE_LOGIN_UNAVAILABLE = 4003,

            /** CLOSE_LOGIN_EXPIRED value */
            CLOSE_LOGIN_EXPIRED = 4004,

            /** CLOSE_HEARTBEAT value */
            CLOSE_HEARTBEAT = 4005,

            /** CLOSE_INTERNAL value */
            CLOSE_INTERNAL = 4006,

            /** CLOSE_LEASE_LOST value */
            CLOSE_LEASE_LOST = 4007,

            /** CLOSE_SLOW value */
            CLOSE_SLOW = 4008,

            /** CLOSE_RECONNECT value */
            CLOSE_RECONNECT = 4009,

            /** CLOSE_REFUSAL_BURST value */
            CLOSE_REFUSAL_BURST = 4429,

            /** CLOSE_PROTOCOL value */
            CLOSE_PROTOCOL = 4500,

            /** CLOSE_FRAME_TOO_LARGE value */
            CLOSE_FRAME_TOO_LARGE = 4501,

            /** CLOSE_UNSUPPORTED_PROTOCOL value */
            CLOSE_UNSUPPORTED_PROTOCOL = 4502,

            /** CLOSE_UNAUTHENTICATED value */
            CLOSE_UNAUTHENTICATED = 4503,

            /** CLOSE_IDENTITY_MISMATCH value */
            CLOSE_IDENTITY_MISMATCH = 4504,

            /** CLOSE_REPLACED value */
            CLOSE_REPLACED = 4505,

            /** CLOSE_KICKED value */
            CLOSE_KICKED = 4506,

            /** CLOSE_LOGOUT value */
            CLOSE_LOGOUT = 4507,

            /** CLOSE_LEAVING value */
            CLOSE_LEAVING = 4508
        }
    }
}
